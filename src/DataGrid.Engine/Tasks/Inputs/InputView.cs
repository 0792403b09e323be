using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Sessions;

namespace DataGrid.Engine.Tasks.Inputs;

/// <summary>Makes inputs readable under their dataset names.</summary>
internal static class InputView
{
    /// <summary>The quoted name of a dataset.</summary>
    public static string Quote(DatasetName name) => SqlText.QuoteQualified(name.Namespace, name.Name);

    /// <summary>Creates the schema of a dataset's namespace.</summary>
    public static void CreateSchema(DuckDbConnection connection, DatasetName name) =>
        connection.Execute($"CREATE SCHEMA IF NOT EXISTS {SqlText.QuoteIdentifier(name.Namespace)}");

    /// <summary>Creates the view of a table or source. Its SQL is all ours: this runs while the instance can still reach every file.</summary>
    /// <exception cref="DataGridException">The files are not what the task was planned for.</exception>
    public static void Create(DuckDbConnection connection, TaskInput input, EngineOptions options, CancellationToken cancellation)
    {
        CheckPinned(input);
        var select = Select(connection, input, options, cancellation);
        CreateSchema(connection, input.Name);
        connection.Execute($"CREATE OR REPLACE VIEW {Quote(input.Name)} AS {select}", cancellation);
    }

    /// <summary>The SELECT over an input's files.</summary>
    public static string Select(DuckDbConnection connection, TaskInput input, EngineOptions options, CancellationToken cancellation)
    {
        if (input.Files.IsEmpty)
            return $"SELECT {string.Join(", ", input.Columns.Select(c => Absent(c)))} LIMIT 0";
        if (input.Form == TaskInputForm.Table)
            return input.ScanSql ?? TableFiles.Select(connection, input, withFile: false, cancellation);
        var source = input.Source ?? throw new InvalidOperationException($"The source {input.Name} has no specification.");
        return source.Format switch
        {
            SourceFormat.Csv => CsvFiles.Select(connection, input, source, options, cancellation),
            SourceFormat.Parquet => ParquetSourceFiles.Select(connection, input, source, cancellation),
            _ => JsonFiles.Select(connection, input, source, options, cancellation),
        };
    }

    /// <summary>A column that the files do not have.</summary>
    internal static string Absent(ColumnSpec column) => $"CAST(NULL AS {column.Type}) AS {SqlText.QuoteIdentifier(column.Name)}";

    /// <summary>A column as declared, from one of the type that the files have.</summary>
    internal static string Present(ColumnSpec column, string fileName, string fileType)
    {
        var quoted = SqlText.QuoteIdentifier(fileName);
        var name = SqlText.QuoteIdentifier(column.Name);
        return string.Equals(column.Type, fileType, StringComparison.OrdinalIgnoreCase) ? $"{quoted} AS {name}" : $"CAST({quoted} AS {column.Type}) AS {name}";
    }

    /// <summary>A file that changed after it was pinned would be read half old, half new.</summary>
    private static void CheckPinned(TaskInput input)
    {
        foreach (var file in input.Files)
        {
            var now = new FileInfo(file.Path);
            var isSource = input.Form == TaskInputForm.Source;
            if (!now.Exists)
                throw Fail(isSource ? ErrorCodes.SourceMissing : ErrorCodes.TableCorrupt, input.Name, file, $"the file {file.Name} of {input.Name} is not there any more", isSource ? "put it back, or run again without it" : "restore it, or roll the table back");
            var changed = now.Length != file.Bytes || (file.ModifiedAt is { } modified && now.LastWriteTimeUtc != modified.UtcDateTime);
            if (changed)
                throw Fail(isSource ? ErrorCodes.SourceChanged : ErrorCodes.TableCorrupt, input.Name, file, $"the file {file.Name} of {input.Name} changed while the run was going on", "run again once the file is complete");
        }
    }

    internal static DataGridException Fail(string code, DatasetName dataset, TaskFile file, string message, string help) => new(new Problem
    {
        Code = code,
        Message = message,
        Help = help,
        Dataset = dataset.ToString(),
        Position = new SourcePosition { File = file.Name },
    });
}
