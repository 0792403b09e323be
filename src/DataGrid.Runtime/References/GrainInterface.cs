using System.Reflection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace DataGrid.Runtime;

/// <summary>One method of a grain interface, with what its attributes say. Attributes on a class's methods do not count.</summary>
internal sealed class InterfaceMethod
{
    private Func<Task, object?>? _read;

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
        ResultType = ResultOfTask(method.ReturnType);
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

    /// <summary>What the method's task results in; null when in nothing.</summary>
    public Type? ResultType { get; }

    /// <summary>The method's name between silos, given by its interface.</summary>
    public string WireName { get; set; } = string.Empty;

    /// <summary>The result of a finished task of this method.</summary>
    public object? ResultOf(Task finished)
    {
        if (ResultType is null)
            return null;
        _read ??= typeof(InterfaceMethod).GetMethod(nameof(ReadResult), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(ResultType)
            .CreateDelegate<Func<Task, object?>>();
        return _read(finished);
    }

    private static object? ReadResult<T>(Task finished) => ((Task<T>)finished).GetAwaiter().GetResult();

    private static Type? ResultOfTask(Type returned) => returned.IsGenericType && returned.GenericTypeArguments.Length == 1 ? returned.GenericTypeArguments[0] : null;
}

/// <summary>A grain interface: its methods in a fixed order, and how to make a reference of it.</summary>
internal sealed class GrainInterface
{
    private readonly Lazy<Dictionary<string, InterfaceMethod>> _byName;
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
        _byName = new(NameMethods);
        _create = new(() => ReferenceEmitter.Emit(this));
    }

    public Type Type { get; }

    public string Name { get; }

    public GrainInterfaceType InterfaceType { get; }

    public InterfaceMethod[] Methods { get; }

    /// <summary>The method of this name between silos, or null.</summary>
    public InterfaceMethod? MethodOf(string wireName) => _byName.Value.GetValueOrDefault(wireName);

    /// <summary>The name of a method between silos.</summary>
    public string WireNameOf(InterfaceMethod method)
    {
        _ = _byName.Value;
        return method.WireName;
    }

    public GrainReference Create(Silo silo, GrainId grainId) => _create.Value(silo, this, grainId);

    // Positions change between builds, names do not: the alias, or the method's name; with the parameters' types where several have the same.
    private Dictionary<string, InterfaceMethod> NameMethods()
    {
        var names = new Dictionary<string, InterfaceMethod>(StringComparer.Ordinal);
        foreach (var same in Methods.GroupBy(m => m.Method.GetCustomAttribute<AliasAttribute>()?.Alias ?? m.Method.Name, StringComparer.Ordinal))
        {
            var isAlone = same.Count() == 1;
            foreach (var method in same)
            {
                method.WireName = isAlone ? same.Key : $"{same.Key}({string.Join(',', method.Parameters.Select(p => p.ParameterType.ToString()))})";
                names[method.WireName] = method;
            }
        }

        return names;
    }
}
