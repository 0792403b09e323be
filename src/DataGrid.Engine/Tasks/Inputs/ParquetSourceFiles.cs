using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks.Inputs;

/// <summary>Parquet files of a source under pinned types: each file must have the columns, and values are cast where a file's type differs.</summary>
internal static class ParquetSourceFiles
{
    public static string Select(DuckDbConnection connection, TaskInput input, SourceSpec source, CancellationToken cancellation)
    {
        // Files are read together only when they are alike: a cast that is needed for one must not be hidden by another's type.
        var groups = input.Files.Select(file =>
        {
            var found = FileSchema.Describe(connection, From([file]), cancellation);
            Drift.Check(input, source, file, [.. found.Values.Select(c => c.Name)]);
            return (File: file, Found: found, Key: string.Join('\0', found.Values.Select(c => c.Name + '\0' + c.Type)));
        }).GroupBy(f => f.Key, StringComparer.Ordinal);
        return string.Join("\nUNION ALL\n", groups.Select(g =>
        {
            var found = g.First().Found;
            var columns = input.Columns.Select(c => found.TryGetValue(c.Name, out var own) ? InputView.Present(c, own.Name, own.Type) : InputView.Absent(c));
            return $"SELECT {string.Join(", ", columns)} FROM {From([.. g.Select(f => f.File)])}";
        }));
    }

    private static string From(IReadOnlyList<TaskFile> files) =>
        $"read_parquet({SqlText.QuoteLiteralList(files.Select(f => FilePattern.Of(f.Path)))}, hive_partitioning = false)";
}
