using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.DeltaLog.Schema;

namespace DataGrid.Core.Runs;

/// <summary>Keeps a table's schema from breaking its readers: columns may come and types may widen; anything else asks for a full refresh. Asked before a step
/// runs and again of what it wrote, so that no publish plan is begun that could not be finished.</summary>
public static class SchemaGuard
{
    /// <summary>Why new rows may not go into a table; null when they may.</summary>
    /// <param name="step">The step.</param>
    /// <param name="table">The table as it is; null when there is none.</param>
    /// <param name="incoming">The new rows' columns.</param>
    /// <param name="isFullRefresh">Whether the table is made anew, schema and all.</param>
    public static Problem? Objection(StepSpec step, PinnedTable? table, ImmutableArray<ColumnSpec> incoming, bool isFullRefresh)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (table is null || isFullRefresh) return null;
        var decision = SchemaEvolution.Decide(DuckDbTypes.ToSchema(table.Columns), DuckDbTypes.ToSchema(incoming), EvolutionPolicy.Compatible);
        if (decision is SchemaDecision.Breaking breaking) return Refuse(step, $"{step.Name} would change in a way that breaks its readers: {breaking.Message}");
        var isPartitionedAlike = table.PartitionColumns.SequenceEqual(step.PartitionBy, StringComparer.OrdinalIgnoreCase);
        return isPartitionedAlike || step.Materialization == Materialization.Table
            ? null
            : Refuse(step, $"{step.Name} is partitioned by ({string.Join(", ", table.PartitionColumns)}), its model now says ({string.Join(", ", step.PartitionBy)})");
    }

    private static Problem Refuse(StepSpec step, string message) => new()
    {
        Code = ErrorCodes.SchemaBreaking,
        Message = message,
        Help = $"keep the column as it was, or make the table anew: --full-refresh --select {step.Name}",
        Position = new SourcePosition { File = step.File },
        Dataset = step.Name.ToString(),
    };
}
