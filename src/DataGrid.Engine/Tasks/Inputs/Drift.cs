using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;

namespace DataGrid.Engine.Tasks.Inputs;

/// <summary>Compares the columns of a source's file with those that the project expects.</summary>
internal static class Drift
{
    /// <param name="input">The source.</param>
    /// <param name="source">Its specification.</param>
    /// <param name="file">The file.</param>
    /// <param name="found">Column names in the file.</param>
    /// <param name="mayLack">Whether an absent column is no drift (JSON objects leave out what is null).</param>
    /// <exception cref="DataGridException">They differ, and the project does not allow it.</exception>
    public static void Check(TaskInput input, SourceSpec source, TaskFile file, IReadOnlyList<string> found, bool mayLack = false)
    {
        var known = input.Columns.Select(c => c.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var present = found.ToHashSet(StringComparer.OrdinalIgnoreCase);
        // What was taken up after the contract, older files do not have.
        var required = source.OnDrift == DriftPolicy.AcceptNew ? source.ContractColumns : input.Columns.Length;
        var missing = mayLack ? [] : input.Columns.Take(required).Where(c => !present.Contains(c.Name)).Select(c => c.Name).ToList();
        var added = source.OnDrift == DriftPolicy.Fail ? found.Where(c => !known.Contains(c)).ToList() : [];
        if (missing.Count == 0 && added.Count == 0)
            return;
        var changes = new List<string>();
        if (missing.Count > 0)
            changes.Add($"has no {Columns(missing)}");
        if (added.Count > 0)
            changes.Add($"has the new {Columns(added)}");
        throw InputView.Fail(
            ErrorCodes.SourceDrifted,
            input.Name,
            file,
            $"{file.Name} {string.Join(" and ", changes)}; {input.Name} was read with {string.Join(", ", input.Columns.Select(c => c.Name))}",
            missing.Count > 0
                ? $"mend the file, or change the columns of {input.Name} in datagrid.yaml"
                : $"add them to the columns of {input.Name} in datagrid.yaml, or set its on_drift to accept_new or ignore_new");
    }

    private static string Columns(List<string> names) => (names.Count == 1 ? "column " : "columns ") + string.Join(", ", names);
}
