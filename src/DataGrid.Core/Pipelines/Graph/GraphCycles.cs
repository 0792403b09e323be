using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;

namespace DataGrid.Core.Pipelines.Graph;

/// <summary>One model's reading of another, and where it is written.</summary>
/// <param name="From">The model.</param>
/// <param name="To">What it reads.</param>
/// <param name="Source">The file.</param>
/// <param name="Spot">The place in it.</param>
public sealed record GraphEdge(DatasetName From, DatasetName To, SourceText Source, Spot Spot);

/// <summary>Finds models that read each other.</summary>
public static class GraphCycles
{
    /// <summary>One problem per cycle (cycles that share a model are reported one at a time), each as a path with the places that make it.</summary>
    public static ImmutableArray<Problem> Find(IEnumerable<GraphEdge> edges)
    {
        ArgumentNullException.ThrowIfNull(edges);
        // The first place that reads a dataset stands for all of them.
        var readings = new SortedDictionary<DatasetName, SortedDictionary<DatasetName, GraphEdge>>();
        foreach (var edge in edges)
        {
            if (!readings.TryGetValue(edge.From, out var reads)) readings[edge.From] = reads = [];
            reads.TryAdd(edge.To, edge);
        }
        var problems = ImmutableArray.CreateBuilder<Problem>();
        Trim(readings);
        while (readings.Count > 0)
        {
            if (Shortest(readings, readings.First().Key) is { } cycle)
            {
                problems.Add(Describe(cycle));
                foreach (var edge in cycle) readings.Remove(edge.From);
            }
            else
            {
                // Between two cycles, on none itself.
                readings.Remove(readings.First().Key);
            }
            Trim(readings);
        }
        return problems.DrainToImmutable();
    }

    /// <summary>Takes away what cannot be on a cycle: models that read nothing that is left, until none such is left.</summary>
    private static void Trim(SortedDictionary<DatasetName, SortedDictionary<DatasetName, GraphEdge>> readings)
    {
        var readers = readings.SelectMany(static pair => pair.Value.Keys.Select(to => (to, pair.Key))).ToLookup(static pair => pair.to, static pair => pair.Key);
        var gone = new Queue<DatasetName>(readers.Select(static group => group.Key).Where(to => !readings.ContainsKey(to)));
        foreach (var name in readings.Where(static pair => pair.Value.Count == 0).Select(static pair => pair.Key)) gone.Enqueue(name);
        while (gone.TryDequeue(out var name))
        {
            readings.Remove(name);
            foreach (var reader in readers[name])
                if (readings.TryGetValue(reader, out var reads) && reads.Remove(name) && reads.Count == 0) gone.Enqueue(reader);
        }
    }

    private static List<GraphEdge>? Shortest(SortedDictionary<DatasetName, SortedDictionary<DatasetName, GraphEdge>> readings, DatasetName start)
    {
        var cameBy = new Dictionary<DatasetName, GraphEdge>();
        var pending = new Queue<DatasetName>([start]);
        while (pending.TryDequeue(out var name))
        {
            if (!readings.TryGetValue(name, out var reads)) continue;
            foreach (var (to, edge) in reads)
            {
                if (!cameBy.TryAdd(to, edge)) continue;
                if (to != start)
                {
                    pending.Enqueue(to);
                    continue;
                }
                var cycle = new List<GraphEdge> { edge };
                while (cycle[^1].From != start) cycle.Add(cameBy[cycle[^1].From]);
                cycle.Reverse();
                return cycle;
            }
        }
        return null;
    }

    private static Problem Describe(List<GraphEdge> cycle)
    {
        var first = cycle[0];
        var message = cycle.Count == 1
            ? $"{first.From} reads itself"
            : $"these models read each other: {string.Join(" -> ", cycle.Select(static edge => edge.From.ToString()))} -> {first.From}";
        var places = string.Join("; ", cycle.Select(static edge => $"{edge.Source.Position(edge.Spot)} reads {edge.To}"));
        var help = cycle.Count == 1
            ? "A model cannot read the table that it makes. To add rows to what is there, use materialize: append or merge."
            : $"Break the circle at one of these places: {places}.";
        return first.Source.Problem(ErrorCodes.GraphCycle, first.Spot, message, help, first.From.ToString());
    }
}
