using System.Globalization;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Sessions;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks.Inputs;

/// <summary>JSON objects, one a line or in one array, under pinned types. A key that an object lacks is NULL.</summary>
internal static class JsonFiles
{
    /// <summary>Objects that are looked at for new keys.</summary>
    private const int SampleObjects = 20_480;

    public static string Select(DuckDbConnection connection, TaskInput input, SourceSpec source, EngineOptions options, CancellationToken cancellation)
    {
        var arguments = new List<string>
        {
            $"format = {(source.Format == SourceFormat.Json ? "'array'" : "'newline_delimited'")}",
            string.Create(CultureInfo.InvariantCulture, $"maximum_object_size = {options.MaxJsonObjectBytes}"),
            "ignore_errors = false",
            "hive_partitioning = false",
        };
        if (source.FormatSettings.TryGetValue("date_format", out var date))
            arguments.Add($"dateformat = {SqlText.QuoteLiteral(date)}");
        if (source.FormatSettings.TryGetValue("timestamp_format", out var timestamp))
            arguments.Add($"timestampformat = {SqlText.QuoteLiteral(timestamp)}");
        var common = string.Join(", ", arguments);
        if (source.OnDrift == DriftPolicy.Fail)
        {
            foreach (var file in input.Files)
            {
                var sample = $"read_json({SqlText.QuoteLiteral(FilePattern.Of(file.Path))}, {common}, sample_size = {SampleObjects})";
                Drift.Check(input, source, file, [.. FileSchema.Describe(connection, sample, cancellation).Values.Select(c => c.Name)], mayLack: true);
            }
        }
        var columns = string.Join(", ", input.Columns.Select(c => $"{SqlText.QuoteLiteral(c.Name)}: {SqlText.QuoteLiteral(c.Type)}"));
        var files = SqlText.QuoteLiteralList(input.Files.Select(f => FilePattern.Of(f.Path)));
        return $"SELECT {string.Join(", ", input.Columns.Select(c => SqlText.QuoteIdentifier(c.Name)))} FROM read_json({files}, columns = {{{columns}}}, {common})";
    }
}
