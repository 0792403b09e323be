using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Quality;

namespace DataGrid.Cli.Rendering;

/// <summary>Shows the catalog.</summary>
internal static class CatalogWriter
{
    private const int ShownPartitions = 30;

    public static void Write(Terminal terminal, IReadOnlyList<DatasetSummary> datasets)
    {
        if (datasets.Count == 0)
        {
            terminal.Out.WriteLine("no datasets yet: run a project first (datagrid run FOLDER)");
            return;
        }
        var table = new TextTable("DATASET", "KIND", ">ROWS", ">SIZE", ">VERSION", "UPDATED", "DESCRIPTION");
        foreach (var dataset in datasets)
        {
            table.Add(dataset.Name.ToString(), Kind(dataset.Kind), dataset.Rows is { } rows ? Humane.Count(rows) : "", dataset.Bytes is { } bytes ? Humane.Bytes(bytes) : "",
                dataset.Version is { } version ? Humane.Count(version) : "", dataset.UpdatedAt is { } at ? Humane.Moment(at) : "", dataset.Description ?? "");
        }
        table.Write(terminal.Out, terminal.HasColor);
    }

    public static void Write(Terminal terminal, DatasetDetail detail)
    {
        var paint = new Paint(terminal.HasColor);
        var summary = detail.Summary;
        terminal.Out.WriteLine($"{paint.Bold(summary.Name.ToString())}  {paint.Dim(Kind(summary.Kind))}");
        if (summary.Description is { } description) terminal.Out.WriteLine(SafeText.Of(description));
        terminal.Out.WriteLine();
        WriteFacts(terminal, detail);

        var columns = new TextTable("COLUMN", "TYPE", "DESCRIPTION");
        foreach (var column in detail.Columns) columns.Add(column.Name, column.Type, column.Description ?? "");
        columns.Write(terminal.Out, terminal.HasColor);

        if (!detail.Checks.IsEmpty)
        {
            terminal.Out.WriteLine();
            var checks = new TextTable("CHECK", "KIND", "OTHERWISE", ">FAILED ROWS");
            foreach (var check in detail.Checks)
                checks.Add(check.Name, CheckWords.Of(check.Kind), CheckWords.Of(check.Otherwise), Humane.Count(check.FailedRows));
            checks.Write(terminal.Out, terminal.HasColor);
        }
        if (!detail.Partitions.IsEmpty) WritePartitions(terminal, detail);
        if (summary.Kind == DatasetKind.View && detail.Sql is { } sql)
        {
            terminal.Out.WriteLine();
            foreach (var line in sql.Trim().Split('\n')) terminal.Out.WriteLine(SafeText.Of(line));
        }
    }

    private static void WritePartitions(Terminal terminal, DatasetDetail detail)
    {
        terminal.Out.WriteLine();
        var table = new TextTable([.. detail.PartitionBy, ">ROWS", ">FILES", ">SIZE"]);
        foreach (var partition in detail.Partitions.Take(ShownPartitions))
        {
            table.Add([.. partition.Values, partition.Rows is { } rows ? Humane.Count(rows) : "", Humane.Count(partition.Files), Humane.Bytes(partition.Bytes)]);
        }
        table.Write(terminal.Out, terminal.HasColor);
        if (detail.Partitions.Length > ShownPartitions) terminal.Out.WriteLine($"and {detail.Partitions.Length - ShownPartitions} more");
    }

    private static string Kind(DatasetKind kind) => kind switch
    {
        DatasetKind.Source => "source",
        DatasetKind.View => "view",
        DatasetKind.Quarantine => "quarantine",
        _ => "table",
    };

    private static void WriteFacts(Terminal terminal, DatasetDetail detail)
    {
        var summary = detail.Summary;
        var facts = new TextTable("", "");
        void Fact(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) facts.Add(name, value);
        }
        Fact("pipeline", summary.Pipeline?.ToString());
        Fact("owner", summary.Owner);
        Fact("tags", string.Join(", ", detail.Tags));
        Fact("version", summary.Version is { } version ? Humane.Count(version) : null);
        Fact("updated", summary.UpdatedAt is { } at ? Humane.Moment(at) : null);
        Fact("rows", summary.Rows is { } rows ? Humane.Count(rows) : null);
        Fact("files", summary.Files is { } files ? $"{Humane.Count(files)} ({Humane.Bytes(summary.Bytes ?? 0)})" : null);
        Fact("quarantined", detail.QuarantinedRows is { } held ? $"{Humane.Count(held, "row")} (datagrid quarantine {summary.Name})" : null);
        Fact("partitioned by", string.Join(", ", detail.PartitionBy));
        Fact("reads", string.Join(", ", detail.Reads));
        Fact("keys", string.Join(", ", detail.Keys));
        Fact("location", detail.Location);
        facts.Write(terminal.Out, terminal.HasColor);
        terminal.Out.WriteLine();
    }
}

/// <summary>Checks in the words of a project file.</summary>
internal static class CheckWords
{
    public static string Of(CheckKind kind) => kind switch
    {
        CheckKind.Predicate => "that",
        CheckKind.NotNull => "not_null",
        CheckKind.Accepted => "accepted",
        CheckKind.References => "references",
        CheckKind.Unique => "unique",
        CheckKind.RowCount => "row_count",
        CheckKind.Sql => "sql",
        _ => kind.ToString(),
    };

    public static string Of(CheckAction action) => action switch
    {
        CheckAction.Fail => "fail",
        CheckAction.Warn => "warn",
        CheckAction.Drop => "drop",
        CheckAction.Quarantine => "quarantine",
        _ => action.ToString(),
    };
}
