using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Serialization.Invocation
{
    /// <summary>A call as a value.</summary>
    public interface IInvokable : IDisposable
    {
        /// <summary>How many arguments it has.</summary>
        int GetArgumentCount();

        /// <summary>The argument at this position.</summary>
        object? GetArgument(int index);

        /// <summary>Replaces the argument at this position.</summary>
        void SetArgument(int index, object value);

        /// <summary>The method's name.</summary>
        string GetMethodName();

        /// <summary>The interface's name.</summary>
        string GetInterfaceName();

        /// <summary>The interface that declares the method.</summary>
        Type GetInterfaceType();

        /// <summary>The method.</summary>
        MethodInfo GetMethod();

        /// <summary>The grain instance that it runs on, once it runs.</summary>
        object? GetTarget();

        /// <summary>The token that the method gets, or none.</summary>
        CancellationToken GetCancellationToken();

        /// <summary>The caller's patience, where the method has its own.</summary>
        TimeSpan? GetDefaultResponseTimeout();
    }
}

namespace Orleans
{
    /// <summary>A call on its way through filters.</summary>
    public interface IGrainCallContext
    {
        /// <summary>The call.</summary>
        IInvokable Request { get; }

        /// <summary>The grain, or at the caller the reference.</summary>
        object Grain { get; }

        /// <summary>Who calls, if it is a grain.</summary>
        GrainId? SourceId { get; }

        /// <summary>Who is called.</summary>
        GrainId TargetId { get; }

        /// <summary>Through which interface.</summary>
        GrainInterfaceType InterfaceType { get; }

        /// <summary>The interface's name.</summary>
        string InterfaceName { get; }

        /// <summary>The method's name.</summary>
        string MethodName { get; }

        /// <summary>The interface's method.</summary>
        MethodInfo InterfaceMethod { get; }

        /// <summary>The result, after <see cref="Invoke"/>; may be replaced.</summary>
        object? Result { get; set; }

        /// <summary>Continues with the next filter, or the call itself.</summary>
        Task Invoke();
    }

    /// <summary>A call at the grain that it is for.</summary>
    public interface IIncomingGrainCallContext : IGrainCallContext
    {
        /// <summary>The activation.</summary>
        IGrainContext TargetContext { get; }

        /// <summary>The class's method.</summary>
        MethodInfo ImplementationMethod { get; }
    }

    /// <summary>A call at its caller.</summary>
    public interface IOutgoingGrainCallContext : IGrainCallContext
    {
        /// <summary>The calling activation, if it is one.</summary>
        IGrainContext? SourceContext { get; }
    }

    /// <summary>Stands before every call of a grain, on its turn; from DI, or implemented by the grain class itself.</summary>
    public interface IIncomingGrainCallFilter
    {
        /// <summary>Does something, and calls <see cref="IGrainCallContext.Invoke"/>.</summary>
        Task Invoke(IIncomingGrainCallContext context);
    }

    /// <summary>Stands behind every call of this process; from DI.</summary>
    public interface IOutgoingGrainCallFilter
    {
        /// <summary>Does something, and calls <see cref="IGrainCallContext.Invoke"/>.</summary>
        Task Invoke(IOutgoingGrainCallContext context);
    }
}
