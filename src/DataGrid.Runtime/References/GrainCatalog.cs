using System.Collections.Concurrent;
using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Runtime;

/// <summary>The grain classes of the given assemblies, by name and by interface. Read at the first use.</summary>
internal sealed class GrainCatalog
{
    private readonly Lazy<Dictionary<GrainType, GrainClass>> _classes;
    private readonly ConcurrentDictionary<(Type Interface, string? Prefix), GrainClass> _byInterface = new();

    public GrainCatalog(IReadOnlyCollection<Assembly> assemblies)
    {
        Assemblies = assemblies;
        _classes = new(() => Read(assemblies));
    }

    public IReadOnlyCollection<Assembly> Assemblies { get; }

    public GrainClass ClassOf(GrainType type) =>
        _classes.Value.TryGetValue(type, out var found) ? found : throw new ArgumentException($"There is no grain class of type {type}.", nameof(type));

    /// <summary>The class behind an interface.</summary>
    /// <exception cref="ArgumentException">No class, or more than one, implements it.</exception>
    public GrainClass ClassOf(Type grainInterface, string? prefix) => _byInterface.GetOrAdd((grainInterface, prefix), key =>
    {
        if (!key.Interface.IsInterface)
            throw new ArgumentException($"{key.Interface} is not an interface: ask for a grain by its interface.");
        var all = _classes.Value.Values.Where(c => c.Interfaces.Contains(key.Interface)).ToArray();
        var fitting = key.Prefix is null ? all : [.. all.Where(c => c.Type.FullName!.StartsWith(key.Prefix, StringComparison.Ordinal))];
        return fitting.Length switch
        {
            1 => fitting[0],
            0 => throw new ArgumentException($"No grain class implements {key.Interface}: is its assembly in {nameof(EmbeddedSiloOptions.GrainAssemblies)}?"),
            _ => throw new ArgumentException(
                $"{string.Join(" and ", fitting.Select(c => c.Type.FullName))} implement {key.Interface}: say which with a class name prefix."),
        };
    });

    private static Dictionary<GrainType, GrainClass> Read(IEnumerable<Assembly> assemblies)
    {
        var classes = new Dictionary<GrainType, GrainClass>();
        foreach (var type in assemblies.Distinct().SelectMany(a => a.GetTypes()))
        {
            if (!type.IsClass || type.IsAbstract || type.ContainsGenericParameters || !typeof(IGrainBase).IsAssignableFrom(type))
                continue;
            var grain = new GrainClass(type);
            if (!classes.TryAdd(grain.GrainType, grain))
                throw new OrleansConfigurationException(
                    $"{classes[grain.GrainType].Type} and {type} are both of grain type {grain.GrainType}: the name is part of the storage key, so give each its own with [GrainType].");
        }

        return classes;
    }
}
