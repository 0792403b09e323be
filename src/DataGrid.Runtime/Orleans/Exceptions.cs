using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>The base of the runtime's errors.</summary>
    public class OrleansException : Exception
    {
        /// <summary>Without words.</summary>
        public OrleansException()
        {
        }

        /// <summary>With words.</summary>
        public OrleansException(string message)
            : base(message)
        {
        }

        /// <summary>With words and a cause.</summary>
        public OrleansException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>A call was refused before it ran.</summary>
    public class OrleansMessageRejectionException : OrleansException
    {
        internal OrleansMessageRejectionException(string message)
            : base(message)
        {
        }

        internal OrleansMessageRejectionException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>The silo that a call needs has not started, stops, or is gone.</summary>
    public sealed class SiloUnavailableException : OrleansMessageRejectionException
    {
        /// <summary>Without words.</summary>
        public SiloUnavailableException()
            : base("The silo is unavailable.")
        {
        }

        /// <summary>With words.</summary>
        public SiloUnavailableException(string msg)
            : base(msg)
        {
        }

        /// <summary>With words and a cause.</summary>
        public SiloUnavailableException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>A limit was reached, for example too many requests wait for one activation.</summary>
    public sealed class LimitExceededException : OrleansException
    {
        /// <summary>Without words.</summary>
        public LimitExceededException()
        {
        }

        /// <summary>With words.</summary>
        public LimitExceededException(string message)
            : base(message)
        {
        }

        /// <summary>With words and a cause.</summary>
        public LimitExceededException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>The silo's configuration is wrong.</summary>
    public sealed class OrleansConfigurationException : Exception
    {
        /// <summary>With words.</summary>
        public OrleansConfigurationException(string message)
            : base(message)
        {
        }

        /// <summary>With words and a cause.</summary>
        public OrleansConfigurationException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>A reminder is wrong or could not be kept.</summary>
    public sealed class ReminderException : OrleansException
    {
        /// <summary>With words.</summary>
        public ReminderException(string message)
            : base(message)
        {
        }
    }
}

namespace Orleans.Storage
{
    /// <summary>A state write lost against another writer. Escaping from the grain that wrote, it ends that activation.</summary>
    public class InconsistentStateException : OrleansException
    {
        /// <summary>Without words.</summary>
        public InconsistentStateException()
        {
        }

        /// <summary>With words.</summary>
        public InconsistentStateException(string message)
            : base(message)
        {
        }

        /// <summary>With words and a cause.</summary>
        public InconsistentStateException(string message, Exception? innerException)
            : base(message, innerException!)
        {
        }

        /// <summary>With both versions.</summary>
        public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag)
            : this(errorMsg, storedEtag, currentEtag, null)
        {
        }

        /// <summary>With both versions and a cause.</summary>
        public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag, Exception? storageException)
            : base(errorMsg, storageException!)
        {
            StoredEtag = storedEtag;
            CurrentEtag = currentEtag;
        }

        /// <summary>The version in the store.</summary>
        public string? StoredEtag { get; }

        /// <summary>The version that the writer had read.</summary>
        public string? CurrentEtag { get; }

        // True until it has ended the activation that wrote: a caller that lets it pass through must live on.
        internal bool IsSourceActivation { get; set; } = true;
    }

    /// <summary>A grain names a store that is not registered.</summary>
    public sealed class BadProviderConfigException : OrleansException
    {
        /// <summary>Without words.</summary>
        public BadProviderConfigException()
        {
        }

        /// <summary>With words.</summary>
        public BadProviderConfigException(string msg)
            : base(msg)
        {
        }

        /// <summary>With words and a cause.</summary>
        public BadProviderConfigException(string msg, Exception exc)
            : base(msg, exc)
        {
        }
    }
}

namespace Orleans.Serialization
{
    /// <summary>An error from another silo whose type does not travel: its message, and the name of its type.</summary>
    public sealed class UnavailableExceptionFallbackException : Exception
    {
        /// <summary>Without words.</summary>
        public UnavailableExceptionFallbackException()
        {
        }

        /// <summary>With words and a cause.</summary>
        public UnavailableExceptionFallbackException(string message, Exception innerException)
            : base(message, innerException)
        {
        }

        /// <summary>The full name of the type that was thrown.</summary>
        public string? ExceptionType { get; internal set; }

        /// <inheritdoc/>
        public override string ToString() => $"Unknown exception{(ExceptionType is null ? "" : $" of type {ExceptionType}")}: {base.ToString()}";
    }
}
