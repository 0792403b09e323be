namespace DataGrid.Contracts.Storage;

/// <summary>Why a store failed, set where the cause is known.</summary>
public enum StoreFault
{
    /// <summary>The object, folder or container that the call needs is not there.</summary>
    NotFound,

    /// <summary>The store refused these credentials or this user; a person must change something.</summary>
    AccessDenied,

    /// <summary>No room is left (disk or quota); a person must make some.</summary>
    NoSpace,

    /// <summary>The device or network failed; the call may be repeated.</summary>
    Unavailable,

    /// <summary>The store asks for fewer calls; repeat later.</summary>
    Throttled,

    /// <summary>The store cannot do what tables need (such as an atomic put-if-absent); another store must be chosen.</summary>
    Unsupported,

    /// <summary>The store is not as this machine is told: no such bucket, another region, an endpoint that is none, a clock that differs; a person must correct one of them.</summary>
    Misconfigured,
}

/// <summary>A store failed. The message names the store, the path and what to do; <see cref="Fault"/> says what kind of failure it is.</summary>
public sealed class ObjectStoreException : IOException
{
    /// <summary>Makes a fault without detail; prefer the constructor that names the fault.</summary>
    public ObjectStoreException() : this(StoreFault.Unavailable, "The object store failed.", null) { }

    /// <summary>Makes a fault that may be repeated.</summary>
    public ObjectStoreException(string message) : this(StoreFault.Unavailable, message, null) { }

    /// <summary>Makes a fault that may be repeated.</summary>
    public ObjectStoreException(string message, Exception? innerException) : this(StoreFault.Unavailable, message, innerException) { }

    /// <summary>Makes a fault of a known kind.</summary>
    public ObjectStoreException(StoreFault fault, string message, Exception? innerException) : base(message, innerException) => Fault = fault;

    /// <summary>What to do, where the store knows better than the kind of failure tells; null otherwise.</summary>
    public string? Help { get; init; }

    /// <summary>What kind of failure this is.</summary>
    public StoreFault Fault { get; }

    /// <summary>Whether repeating the same call later can succeed without anybody changing anything.</summary>
    public bool IsTransient => Fault is StoreFault.Unavailable or StoreFault.Throttled;
}
