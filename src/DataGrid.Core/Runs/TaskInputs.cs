using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;

namespace DataGrid.Core.Runs;

/// <summary>A table at a pinned version.</summary>
/// <param name="Name">The table.</param>
/// <param name="Version">The version; null when the rows come from the same run.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="PartitionColumns">Its partition columns.</param>
/// <param name="Files">Its files.</param>
public sealed record PinnedTable(
    DatasetName Name, long? Version, ImmutableArray<ColumnSpec> Columns, ImmutableArray<string> PartitionColumns, ImmutableArray<TaskFile> Files)
{
    /// <summary>How to read it when its files name columns otherwise; null when they do not.</summary>
    public string? ScanSql { get; init; }
}

/// <summary>A source with the files that the run reads.</summary>
/// <param name="Source">The source.</param>
/// <param name="Files">Its files.</param>
public sealed record PinnedSource(SourceSpec Source, ImmutableArray<TaskFile> Files);

/// <summary>A view: SQL that is expanded where it is read.</summary>
/// <param name="Name">The view.</param>
/// <param name="Sql">Its SQL, past the gate.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Reads">What it reads.</param>
public sealed record PinnedView(DatasetName Name, string Sql, ImmutableArray<ColumnSpec> Columns, ImmutableArray<DatasetName> Reads);

/// <summary>Everything that queries of one run, or one ad-hoc query, may read, at fixed versions.</summary>
public sealed record PinnedInputs
{
    /// <summary>Tables by name.</summary>
    public ImmutableSortedDictionary<DatasetName, PinnedTable> Tables { get; init; } = ImmutableSortedDictionary<DatasetName, PinnedTable>.Empty;

    /// <summary>Sources by name.</summary>
    public ImmutableSortedDictionary<DatasetName, PinnedSource> Sources { get; init; } = ImmutableSortedDictionary<DatasetName, PinnedSource>.Empty;

    /// <summary>Views by name.</summary>
    public ImmutableSortedDictionary<DatasetName, PinnedView> Views { get; init; } = ImmutableSortedDictionary<DatasetName, PinnedView>.Empty;
}

/// <summary>What a query needs: its inputs, or the dataset that is missing.</summary>
/// <param name="Inputs">The inputs, each after what it reads.</param>
/// <param name="Missing">What does not exist; null when everything does.</param>
public sealed record TaskInputsOutcome(ImmutableArray<TaskInput> Inputs, Problem? Missing);

/// <summary>Turns pinned datasets into the inputs of a task.</summary>
public static class TaskInputs
{
    /// <summary>The inputs of a query that reads <paramref name="reads"/>: those themselves and, through views, all that stands behind them.</summary>
    public static TaskInputsOutcome Closure(IEnumerable<DatasetName> reads, PinnedInputs pinned)
    {
        ArgumentNullException.ThrowIfNull(reads);
        ArgumentNullException.ThrowIfNull(pinned);
        var inputs = ImmutableArray.CreateBuilder<TaskInput>();
        var done = new HashSet<DatasetName>();
        foreach (var name in reads)
            if (Add(name, pinned, inputs, done) is { } missing) return new TaskInputsOutcome([], missing);
        return new TaskInputsOutcome(inputs.ToImmutable(), null);
    }

    /// <summary>A table's files after a step of this run, before anything is published: what downstream steps and checks see.</summary>
    public static PinnedTable AfterStep(StepSpec step, PinnedTable? before, Manifest manifest, ImmutableArray<TaskFile> written)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(manifest);
        var replaced = manifest.ReplacedFiles.ToHashSet(StringComparer.Ordinal);
        ImmutableArray<TaskFile> kept = step.Materialization is Materialization.Append or Materialization.Merge && before is not null
            ? [.. before.Files.Where(file => !replaced.Contains(file.Name))]
            : [];
        return new PinnedTable(step.Name, null, manifest.Columns, step.PartitionBy, [.. kept, .. written]);
    }

    /// <summary>A table as an input.</summary>
    public static TaskInput FromTable(PinnedTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new TaskInput
        {
            Name = table.Name,
            Form = TaskInputForm.Table,
            Columns = table.Columns,
            Files = table.Files,
            PartitionColumns = table.PartitionColumns,
            Version = table.Version,
            ScanSql = table.ScanSql,
        };
    }

    private static Problem? Add(DatasetName name, PinnedInputs pinned, ImmutableArray<TaskInput>.Builder inputs, HashSet<DatasetName> done)
    {
        if (!done.Add(name)) return null;
        if (pinned.Tables.TryGetValue(name, out var table)) inputs.Add(FromTable(table));
        else if (pinned.Sources.TryGetValue(name, out var source)) inputs.Add(FromSource(source));
        else if (pinned.Views.TryGetValue(name, out var view))
        {
            foreach (var behind in view.Reads)
                if (Add(behind, pinned, inputs, done) is { } missing) return missing;
            inputs.Add(new TaskInput { Name = name, Form = TaskInputForm.View, Columns = view.Columns, ViewSql = view.Sql });
        }
        else
        {
            return new Problem
            {
                Code = ErrorCodes.DatasetUnknown,
                Message = $"{name} has not been made yet",
                Help = $"run it first, or select it too: --select +{name}",
                Dataset = name.ToString(),
            };
        }
        return null;
    }

    private static TaskInput FromSource(PinnedSource source) => new()
    {
        Name = source.Source.Name,
        Form = TaskInputForm.Source,
        Columns = source.Source.Columns,
        Files = source.Files,
        Source = source.Source,
    };
}
