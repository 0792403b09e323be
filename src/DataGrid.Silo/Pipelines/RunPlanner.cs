using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.Silo.Reading;

namespace DataGrid.Silo.Pipelines;

/// <summary>Says what a run would do, from the project and from what is there now.</summary>
internal static class RunPlanner
{
    public static async Task<PlanReport> PlanAsync(WorkspaceReader? reader, ISourceFiles files, PipelineSpec spec, IReadOnlyList<StepSpec> steps, CancellationToken stop)
    {
        var sources = await SourceBytesAsync(files, spec, stop);
        var views = spec.Steps.Where(static step => step.Materialization == Materialization.View).ToDictionary(static step => step.Name);
        var planned = ImmutableArray.CreateBuilder<PlanStep>(steps.Count);
        foreach (var step in steps)
        {
            var now = reader is null ? null : await reader.FindAsync(step.Name, stop);
            planned.Add(new PlanStep
            {
                Name = step.Name,
                Materialization = step.Materialization,
                File = step.File,
                Reads = step.Reads,
                Checks = step.Checks.Length,
                PartitionBy = step.PartitionBy,
                Keys = step.Keys,
                CurrentVersion = now?.Summary.Version,
                SchemaChanges = now is { Summary.Version: not null } ? SchemaChanges(now.Columns, step.Columns) : [],
                Notes = Notes(step, steps, now),
                SourceBytes = step.Materialization == Materialization.View ? null : BytesOf(SourcesOf(step, views), sources),
            });
        }
        return new PlanReport { Pipeline = spec.Id, Steps = planned.MoveToImmutable(), Warnings = spec.Warnings };
    }

    // What a step reads from outside, also through views: those are expanded into its SQL.
    private static IEnumerable<DatasetName> SourcesOf(StepSpec step, Dictionary<DatasetName, StepSpec> views) =>
        step.Reads.SelectMany(read => views.TryGetValue(read, out var view) ? SourcesOf(view, views) : [read]);

    private static long? BytesOf(IEnumerable<DatasetName> reads, Dictionary<DatasetName, long> sources)
    {
        var found = reads.Distinct().Where(sources.ContainsKey).ToList();
        return found.Count == 0 ? null : found.Sum(name => sources[name]);
    }

    /// <summary>How columns differ, in words.</summary>
    internal static ImmutableArray<string> SchemaChanges(ImmutableArray<ColumnSpec> before, ImmutableArray<ColumnSpec> after)
    {
        var was = before.ToDictionary(static column => column.Name, StringComparer.OrdinalIgnoreCase);
        var will = after.ToDictionary(static column => column.Name, StringComparer.OrdinalIgnoreCase);
        return
        [
            .. after.Where(column => !was.ContainsKey(column.Name)).Select(static column => $"new column {column.Name} {column.Type}"),
            .. after.Where(column => was.TryGetValue(column.Name, out var old) && old.Type != column.Type).Select(column => $"column {column.Name} changes from {was[column.Name].Type} to {column.Type}"),
            .. before.Where(column => !will.ContainsKey(column.Name)).Select(static column => $"column {column.Name} goes"),
        ];
    }

    private static ImmutableArray<string> Notes(StepSpec step, IReadOnlyList<StepSpec> steps, DatasetDetail? now)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        if (step.Materialization == Materialization.View) notes.Add("a view stores nothing; other Delta readers do not see it");
        if (step.Materialization == Materialization.Append && now?.Summary.Version is not null) notes.Add("reads only what no run has read before");
        var notMade = step.Reads.Concat(step.CheckReads).Where(read => steps.All(other => other.Name != read)).ToList();
        if (notMade.Count > 0 && now?.Summary.Version is not null) notes.Add($"reads what is there of {string.Join(", ", notMade)}");
        return notes.ToImmutable();
    }

    private static async Task<Dictionary<DatasetName, long>> SourceBytesAsync(ISourceFiles files, PipelineSpec spec, CancellationToken stop)
    {
        var bytes = new Dictionary<DatasetName, long>();
        foreach (var source in spec.Sources.Where(source => spec.Steps.Any(step => step.Reads.Contains(source.Name))))
        {
            var found = await files.FindAsync(spec.ProjectDirectory, source, stop);
            if (found.Problem is null) bytes[source.Name] = found.Files.Sum(static file => file.Bytes);
        }
        return bytes;
    }
}
