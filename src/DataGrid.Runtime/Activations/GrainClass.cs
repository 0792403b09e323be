using System.Reflection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace DataGrid.Runtime;

/// <summary>A grain class: its name, its interfaces, what its attributes say.</summary>
internal sealed class GrainClass
{
    private readonly Lazy<GrainActivator> _activator;

    public GrainClass(Type type)
    {
        Type = type;
        GrainType = GrainType.Create(type.GetCustomAttribute<GrainTypeAttribute>(inherit: false)?.Name ?? DefaultName(type));
        Interfaces = [.. type.GetInterfaces().Where(t => typeof(IGrain).IsAssignableFrom(t))];
        Reentrant = type.IsDefined(typeof(ReentrantAttribute), inherit: true);
        KeepAlive = type.IsDefined(typeof(KeepAliveAttribute), inherit: true);
        AgeLimit = type.GetCustomAttribute<CollectionAgeLimitAttribute>()?.AgeLimit;
        _activator = new(() => new GrainActivator(type));
    }

    public Type Type { get; }

    public GrainType GrainType { get; }

    public Type[] Interfaces { get; }

    public bool Reentrant { get; }

    public bool KeepAlive { get; }

    public TimeSpan? AgeLimit { get; }

    /// <summary>How instances are made; found out at the first one.</summary>
    public GrainActivator Activator => _activator.Value;

    private static string DefaultName(Type type)
    {
        var name = type.Name.Split('`')[0].ToLowerInvariant();
        return name.EndsWith("grain", StringComparison.Ordinal) && name.Length > 5 ? name[..^5] : name;
    }
}
