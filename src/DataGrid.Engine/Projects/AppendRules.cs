using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Pipelines;
using DataGrid.Core.Pipelines.Drafts;
using DataGrid.Core.Sql;

namespace DataGrid.Engine.Projects;

/// <summary>What an <c>append</c> must keep to: one incremental input, and SQL for which the rows of new input are the new rows of the result.</summary>
internal static class AppendRules
{
    /// <summary>The incremental input, given or inferred; null for other models, and when it cannot be told.</summary>
    public static DatasetName? Input(ModelDraft draft, ImmutableArray<DatasetName> reads, IReadOnlyDictionary<DatasetName, Materialization> materializations, ProblemBag problems)
    {
        if (draft.Materialization.Value != Materialization.Append) return null;
        if (draft.Incremental is not { } given) return Infer(draft, reads, materializations, problems);
        if (reads.Contains(given.Value)) return Usable(draft, given.Value, given.Spot, materializations, problems);
        problems.Add(given.Problem(ErrorCodes.SpecInvalid, $"the SQL does not read {given.Value}, so it cannot be the incremental input",
            Core.Pipelines.NearestName.Advice(given.Value.ToString(), [.. reads.Select(static name => name.ToString())], "Name one of the datasets that it reads."), draft.Name.ToString()));
        return null;
    }

    /// <summary>Reports what keeps the SQL from being incremental.</summary>
    public static void Judge(ModelDraft draft, DatasetName input, ImmutableArray<SqlNonIncremental> found, ProblemBag problems)
    {
        foreach (var construct in found)
        {
            problems.Add(draft.Problem(ErrorCodes.SqlInvalid, draft.File.SpotAt(construct.Index ?? draft.SqlStart),
                $"an append sees only the new rows of {input}, and {construct.What} needs them all",
                "Make it materialize: table; or, if each batch alone is meant, write per_batch: true."));
        }
    }

    private static DatasetName? Infer(ModelDraft draft, ImmutableArray<DatasetName> reads, IReadOnlyDictionary<DatasetName, Materialization> materializations, ProblemBag problems)
    {
        if (reads.Length == 1) return Usable(draft, reads[0], draft.Materialization.Spot, materializations, problems);
        problems.Add(draft.Problem(ErrorCodes.SpecInvalid, draft.Materialization.Spot,
            reads.IsEmpty ? "an append needs an input, and the SQL reads none" : $"an append reads the new part of one input, and the SQL reads {reads.Length}",
            reads.IsEmpty ? "Make it materialize: table." : $"Say which one it is: incremental: {reads[0]}. The others are read whole."));
        return null;
    }

    private static DatasetName? Usable(ModelDraft draft, DatasetName input, Spot spot, IReadOnlyDictionary<DatasetName, Materialization> materializations, ProblemBag problems)
    {
        switch (materializations.GetValueOrDefault(input, Materialization.Append))
        {
            case Materialization.View:
                problems.Add(draft.Problem(ErrorCodes.SpecInvalid, spot, $"{input} is a view, which has no new part: it stores nothing",
                    $"Read what the view reads, or make {input} materialize: append."));
                return null;
            case var kind and (Materialization.Table or Materialization.Merge):
                problems.Add(draft.Problem(ErrorCodes.SpecInvalid, spot, $"{input} is {(kind == Materialization.Table ? "replaced" : "merged")} by its runs, and each such run makes this append ask for --full-refresh",
                    $"Make {input} materialize: append, or this model materialize: table.") with { IsWarning = true });
                break;
        }
        return input;
    }
}
