using System.Globalization;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Projects.Sources;
using DataGrid.Engine.Sessions;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks.Inputs;

/// <summary>
/// Delimited text under pinned types. Only the header is looked at in the file, never the types: a value that does not fit is an error that names file and
/// line, never a silent text column. Columns are matched by header, so files may have them in any order. What the compiler found out (delimiter, formats)
/// holds; nothing is left to the engine's guess, which skips lines and changes quotes where a file is dirty.
/// </summary>
internal static class CsvFiles
{
    public static string Select(DuckDbConnection connection, TaskInput input, SourceSpec source, EngineOptions options, CancellationToken cancellation)
    {
        var groups = input.Files.Select(file => (File: file, Seen: Look(connection, input, source, file, cancellation)))
            .GroupBy(f => f.Seen.Delimiter + '\0' + string.Join('\0', f.Seen.Columns), StringComparer.Ordinal);
        return string.Join("\nUNION ALL\n", groups.Select(g => Scan(input, source, options, [.. g.Select(f => f.File)], g.First().Seen.Delimiter, g.First().Seen.Columns)));
    }

    private static (string Delimiter, List<string> Columns) Look(DuckDbConnection connection, TaskInput input, SourceSpec source, TaskFile file, CancellationToken cancellation)
    {
        var looked = SourceInspector.Inspect(connection, new SourceFile(file.Path, file.Name, file.Bytes, default), SourceFormat.Csv, source.FormatSettings, namesOnly: true, cancellation);
        if (looked.Problem is { } problem)
            throw new DataGridException(problem with { Dataset = input.Name.ToString() });
        var shape = looked.Shape ?? throw new InvalidOperationException($"{file.Name} has neither columns nor a problem.");
        var found = shape.Columns.Select(c => c.Name).ToList();
        var delimiter = source.FormatSettings.GetValueOrDefault("delimiter") ?? shape.Settings["delimiter"];
        if (source.FormatSettings.GetValueOrDefault("header") != "false")
        {
            Drift.Check(input, source, file, found);
            return (delimiter, found);
        }
        if (found.Count == input.Columns.Length)
            return (delimiter, [.. input.Columns.Select(c => c.Name)]);
        throw InputView.Fail(
            ErrorCodes.SourceDrifted, input.Name, file, $"{file.Name} has {found.Count} columns, and {input.Name} has {input.Columns.Length}", "without a header columns are matched by their place: mend the file or the columns in datagrid.yaml");
    }

    private static string Scan(TaskInput input, SourceSpec source, EngineOptions options, List<TaskFile> files, string delimiter, List<string> found)
    {
        // Types in the file's own order; a column that nobody asked for is read as text and left out.
        var declared = input.Columns.ToDictionary(c => c.Name, c => c.Type, StringComparer.OrdinalIgnoreCase);
        var columns = SourceScan.Struct(found.Select(n => (n, declared.GetValueOrDefault(n, "VARCHAR"))));
        var select = input.Columns.Select(c => found.Find(n => string.Equals(n, c.Name, StringComparison.OrdinalIgnoreCase)) is { } own ? InputView.Present(c, own, c.Type) : InputView.Absent(c));
        var paths = SqlText.QuoteLiteralList(files.Select(f => FilePattern.Of(f.Path)));
        var more = string.Create(CultureInfo.InvariantCulture, $", ignore_errors = false, null_padding = false, hive_partitioning = false, max_line_size = {options.MaxCsvLineBytes}");
        return $"SELECT {string.Join(", ", select)} FROM {SourceScan.CsvReader(paths, columns, source.FormatSettings.SetItem("delimiter", delimiter), more)}";
    }
}
