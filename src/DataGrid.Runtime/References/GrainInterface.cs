using System.Reflection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace DataGrid.Runtime;

/// <summary>One method of a grain interface, with what its attributes say. Attributes on a class's methods do not count.</summary>
internal sealed class InterfaceMethod
{
    public InterfaceMethod(int id, MethodInfo method)
    {
        Id = id;
        Method = method;
        Parameters = method.GetParameters();
        AlwaysInterleave = method.IsDefined(typeof(AlwaysInterleaveAttribute), inherit: true);
        ReadOnly = method.IsDefined(typeof(ReadOnlyAttribute), inherit: true);
        OneWay = method.IsDefined(typeof(OneWayAttribute), inherit: true);
        ResponseTimeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
        CancellationIndex = Array.FindIndex(Parameters, p => p.ParameterType == typeof(CancellationToken));
        ImmutableArguments = Array.ConvertAll(Parameters, p => p.IsDefined(typeof(ImmutableAttribute), inherit: false));
        ActivityName = $"{method.DeclaringType!.Name}/{method.Name}";
    }

    public int Id { get; }

    public MethodInfo Method { get; }

    public ParameterInfo[] Parameters { get; }

    public Type DeclaringType => Method.DeclaringType!;

    public bool AlwaysInterleave { get; }

    public bool ReadOnly { get; }

    public bool OneWay { get; }

    public TimeSpan? ResponseTimeout { get; }

    /// <summary>The position of the cancellation token, or -1.</summary>
    public int CancellationIndex { get; }

    public bool[] ImmutableArguments { get; }

    public string ActivityName { get; }
}

/// <summary>A grain interface: its methods in a fixed order, and how to make a reference of it.</summary>
internal sealed class GrainInterface
{
    private readonly Lazy<Func<Silo, GrainInterface, GrainId, GrainReference>> _create;

    public GrainInterface(Type type)
    {
        Type = type;
        Name = type.FullName ?? type.Name;
        InterfaceType = GrainInterfaceType.Create(type.GetCustomAttribute<AliasAttribute>()?.Alias ?? Name);
        // Only what is declared here or inherited from other interfaces, in an order that reflection keeps within one build.
        Methods = [.. type.GetInterfaces().Append(type)
            .SelectMany(t => t.GetMethods(BindingFlags.Instance | BindingFlags.Public))
            .Where(m => m.IsAbstract)
            .Select((m, i) => new InterfaceMethod(i, m))];
        _create = new(() => ReferenceEmitter.Emit(this));
    }

    public Type Type { get; }

    public string Name { get; }

    public GrainInterfaceType InterfaceType { get; }

    public InterfaceMethod[] Methods { get; }

    public GrainReference Create(Silo silo, GrainId grainId) => _create.Value(silo, this, grainId);
}
