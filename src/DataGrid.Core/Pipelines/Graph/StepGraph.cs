using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;

namespace DataGrid.Core.Pipelines.Graph;

/// <summary>Which step comes after which. Edges come from what the SQL and the checks read; datasets that no step makes (sources, other pipelines' tables)
/// are no part of it.</summary>
public sealed class StepGraph
{
    private readonly SortedDictionary<DatasetName, ImmutableArray<DatasetName>> _upstream = [];
    private readonly Dictionary<DatasetName, List<DatasetName>> _downstream = [];

    private StepGraph(IReadOnlyCollection<(DatasetName Name, IEnumerable<DatasetName> Reads)> steps)
    {
        var known = steps.Select(static step => step.Name).ToHashSet();
        foreach (var (name, reads) in steps)
        {
            var upstream = reads.Where(known.Contains).Distinct().Order().ToImmutableArray();
            _upstream.Add(name, upstream);
            foreach (var read in upstream)
            {
                if (!_downstream.TryGetValue(read, out var readers)) _downstream[read] = readers = [];
                readers.Add(name);
            }
        }
        var order = ImmutableArray.CreateBuilder<DatasetName>(known.Count);
        var waiting = _upstream.ToDictionary(static step => step.Key, static step => step.Value.Length);
        var ready = new SortedSet<DatasetName>(waiting.Where(static step => step.Value == 0).Select(static step => step.Key));
        while (ready.Count > 0)
        {
            var next = ready.Min;
            ready.Remove(next);
            order.Add(next);
            foreach (var reader in DownstreamOf(next))
                if (--waiting[reader] == 0) ready.Add(reader);
        }
        Order = order.DrainToImmutable();
    }

    /// <summary>Every step after what it reads, and among equals by name. Steps on a cycle, or after one, are missing.</summary>
    public ImmutableArray<DatasetName> Order { get; }

    /// <summary>Whether <see cref="Order"/> misses steps.</summary>
    public bool HasCycle => Order.Length < _upstream.Count;

    /// <summary>Builds it from names and what they read.</summary>
    public static StepGraph Of(IEnumerable<(DatasetName Name, IEnumerable<DatasetName> Reads)> steps) => new([.. steps]);

    /// <summary>Builds it from compiled steps; what only their checks read counts too.</summary>
    public static StepGraph Of(IEnumerable<StepSpec> steps) => new([.. steps.Select(static step => (step.Name, step.Reads.Concat(step.CheckReads)))]);

    /// <summary>The steps that a step reads directly, by name.</summary>
    public ImmutableArray<DatasetName> UpstreamOf(DatasetName step) => _upstream.TryGetValue(step, out var upstream) ? upstream : [];

    /// <summary>The steps that read a step directly, by name.</summary>
    public IReadOnlyList<DatasetName> DownstreamOf(DatasetName step) => _downstream.TryGetValue(step, out var readers) ? readers : [];

    /// <summary>Everything that the given steps read, however far up, themselves left out unless one reads another.</summary>
    public IReadOnlySet<DatasetName> AllUpstream(IEnumerable<DatasetName> steps) => Reach(steps, name => UpstreamOf(name));

    /// <summary>Everything that reads the given steps, however far down.</summary>
    public IReadOnlySet<DatasetName> AllDownstream(IEnumerable<DatasetName> steps) => Reach(steps, DownstreamOf);

    /// <summary>The steps that may start: not started yet, and all that they read among the steps has finished. By name.</summary>
    public ImmutableArray<DatasetName> Ready(IReadOnlySet<DatasetName> finished, IReadOnlySet<DatasetName> started) =>
        [.. Order.Where(step => !started.Contains(step) && !finished.Contains(step) && UpstreamOf(step).All(finished.Contains)).Order()];

    /// <summary>The steps in waves: those of one wave read nothing of each other and can run side by side, each wave after the one before.</summary>
    public ImmutableArray<ImmutableArray<DatasetName>> Waves()
    {
        var level = new Dictionary<DatasetName, int>();
        foreach (var step in Order) level[step] = UpstreamOf(step).Select(read => level[read] + 1).DefaultIfEmpty(0).Max();
        return [.. level.GroupBy(static step => step.Value, static step => step.Key).OrderBy(static wave => wave.Key).Select(static wave => wave.Order().ToImmutableArray())];
    }

    private static HashSet<DatasetName> Reach(IEnumerable<DatasetName> from, Func<DatasetName, IEnumerable<DatasetName>> next)
    {
        var reached = new HashSet<DatasetName>();
        var pending = new Queue<DatasetName>(from);
        while (pending.TryDequeue(out var step))
            foreach (var found in next(step))
                if (reached.Add(found)) pending.Enqueue(found);
        return reached;
    }
}
