using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;

namespace DataGrid.Core.Lineage.OpenLineage;

/// <summary>Writes datasets with their facets.</summary>
internal sealed class DatasetWriter(FacetWriter writer, OpenLineageContext context)
{
    /// <summary>An input, into an object that is already open.</summary>
    public void Input(InputVersion input)
    {
        var json = writer.Json;
        Name(input.Dataset);
        writer.Object("facets", () =>
        {
            Schema(ColumnsOf(input.Dataset));
            DataSource(input.Dataset);
            Version(input.Version?.ToString(CultureInfo.InvariantCulture) ?? input.Digest);
            if (context.Pipeline.Sources.FirstOrDefault(source => source.Name == input.Dataset) is not { } source) return;
            OpenLineageEvents.Documentation(writer, source.Description);
            OpenLineageEvents.Ownership(writer, source.Owner ?? context.Pipeline.Owner);
        });
        if (input.Files == 0 && input.Bytes == 0) return;
        writer.Object("inputFacets", () => writer.Facet("inputStatistics", () =>
        {
            json.WriteNumber("size", input.Bytes);
            json.WriteNumber("fileCount", input.Files);
        }));
    }

    /// <summary>What a whole run published: name, schema and version; the steps' own events have the rest.</summary>
    public void Summary(StepRecord step)
    {
        Name(step.Name);
        writer.Object("facets", () =>
        {
            Schema(ColumnsOf(step.Name));
            DataSource(step.Name);
            Version(step.Version?.ToString(CultureInfo.InvariantCulture));
        });
        Statistics(step.Rows, step.OutputBytes);
    }

    /// <summary>A step's table.</summary>
    public void Output(StepSpec step, StepRecord record, IReadOnlyList<ColumnMetrics> metrics)
    {
        writer.Json.WriteStartObject();
        Name(step.Name);
        writer.Object("facets", () =>
        {
            Schema(step.Columns);
            DataSource(step.Name);
            Version(record.Version?.ToString(CultureInfo.InvariantCulture));
            OpenLineageEvents.Documentation(writer, step.Description);
            OpenLineageEvents.Ownership(writer, step.Owner ?? context.Pipeline.Owner);
            ColumnLineageWriter.Write(writer, context.Namespace, step.Lineage);
            if (record.Checks.Length > 0) Assertions(step, record);
            if (IsWritten(record)) Metrics(record, metrics);
        });
        if (IsWritten(record)) Statistics(record.Rows, record.OutputBytes);
        writer.Json.WriteEndObject();
    }

    /// <summary>The rows that a step held back.</summary>
    public void Quarantine(StepSpec step, StepRecord record)
    {
        writer.Json.WriteStartObject();
        Name(step.Name.Quarantine);
        writer.Object("facets", () =>
        {
            DataSource(step.Name.Quarantine);
            Version(record.QuarantineVersion?.ToString(CultureInfo.InvariantCulture));
        });
        writer.Object("outputFacets", () => writer.Facet("outputStatistics", () => writer.Json.WriteNumber("rowCount", record.RowsQuarantined)));
        writer.Json.WriteEndObject();
    }

    private static bool IsWritten(StepRecord record) => record.Status is StepStatus.Staged or StepStatus.Published;

    private void Name(DatasetName name)
    {
        writer.Json.WriteString("namespace", context.Namespace);
        writer.Json.WriteString("name", name.ToString());
    }

    private ImmutableArray<ColumnSpec> ColumnsOf(DatasetName name)
    {
        if (context.Pipeline.Sources.FirstOrDefault(source => source.Name == name) is { } source) return source.Columns;
        return context.Pipeline.Steps.FirstOrDefault(step => step.Name == name) is { } step ? step.Columns : [];
    }

    private void Schema(ImmutableArray<ColumnSpec> columns)
    {
        if (columns.Length == 0) return;
        var json = writer.Json;
        writer.Facet("schema", () => writer.Array("fields", columns.Index(), field =>
        {
            json.WriteString("name", field.Item.Name);
            json.WriteString("type", field.Item.Type);
            if (field.Item.Description is { } description) json.WriteString("description", description);
            json.WriteNumber("ordinal_position", field.Index + 1);
        }));
    }

    private void DataSource(DatasetName name) => writer.Facet("dataSource", () =>
    {
        writer.Json.WriteString("name", context.Namespace);
        writer.Json.WriteString("uri", $"{context.Namespace}/{name.Namespace}/{name.Name}");
    });

    private void Version(string? version)
    {
        if (version is not null) writer.Facet("version", () => writer.Json.WriteString("datasetVersion", version));
    }

    private void Statistics(long rows, long bytes) => writer.Object("outputFacets", () => writer.Facet("outputStatistics", () =>
    {
        writer.Json.WriteNumber("rowCount", rows);
        writer.Json.WriteNumber("size", bytes);
    }));

    private void Metrics(StepRecord record, IReadOnlyList<ColumnMetrics> metrics)
    {
        var json = writer.Json;
        writer.Facet("dataQualityMetrics", () =>
        {
            json.WriteNumber("rowCount", record.Rows);
            json.WriteNumber("bytes", record.OutputBytes);
            writer.Object("columnMetrics", () =>
            {
                foreach (var column in metrics)
                {
                    writer.Object(column.Column, () =>
                    {
                        if (column.NullCount is { } nulls) json.WriteNumber("nullCount", nulls);
                        if (column.Min is { } min && double.IsFinite(min)) json.WriteNumber("min", min);
                        if (column.Max is { } max && double.IsFinite(max)) json.WriteNumber("max", max);
                    });
                }
            });
        });
    }

    private void Assertions(StepSpec step, StepRecord record)
    {
        var json = writer.Json;
        var checks = step.Checks.ToDictionary(static check => check.Name, StringComparer.Ordinal);
        writer.Facet("dataQualityAssertions", () => writer.Array("assertions", record.Checks, result =>
        {
            json.WriteString("assertion", KindOf(result.Kind));
            json.WriteString("name", result.Name);
            json.WriteBoolean("success", result.Passed);
            json.WriteString("severity", result.Otherwise == CheckAction.Warn ? "warn" : "error");
            json.WriteString("actual", string.Create(CultureInfo.InvariantCulture, $"{result.FailedRows} of {result.CheckedRows}"));
            if (!checks.TryGetValue(result.Name, out var check)) return;
            if (check.Columns.Length == 1) json.WriteString("column", check.Columns[0]);
            if (check.Expression is not { } expression) return;
            json.WriteString("content", expression);
            json.WriteString("contentType", "sql");
        }));
    }

    private static string KindOf(CheckKind kind) => kind switch
    {
        CheckKind.NotNull => "not_null",
        CheckKind.Accepted => "accepted",
        CheckKind.References => "references",
        CheckKind.Unique => "unique",
        CheckKind.RowCount => "row_count",
        CheckKind.Sql => "sql",
        _ => "predicate",
    };
}
