using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;

namespace DataGrid.Core.Lineage.OpenLineage;

/// <summary>Numbers about one column of a written table.</summary>
/// <param name="Column">The column.</param>
/// <param name="NullCount">Rows in which it is NULL, where known.</param>
/// <param name="Min">The least value, for numbers.</param>
/// <param name="Max">The greatest value, for numbers.</param>
public sealed record ColumnMetrics(string Column, long? NullCount, double? Min, double? Max);

/// <summary>OpenLineage run events (specification 2-0-2) of a run and of its steps: START when they begin, COMPLETE, FAIL or ABORT when they end. Pure: each
/// is one line of JSON.</summary>
public static class OpenLineageEvents
{
    /// <summary>A run began.</summary>
    public static string RunStarted(OpenLineageContext context, DateTimeOffset at) => Run(context, "START", at, null, []);

    /// <summary>A run ended.</summary>
    /// <param name="context">The run.</param>
    /// <param name="record">How it ended; its status decides between COMPLETE, FAIL and ABORT.</param>
    /// <param name="at">When.</param>
    public static string RunEnded(OpenLineageContext context, RunRecord record, DateTimeOffset at) =>
        Run(context, EndOf(record.Status), at, record.Problem, record.Steps);

    /// <summary>A step was handed to a worker.</summary>
    public static string StepStarted(OpenLineageContext context, StepSpec step, DateTimeOffset at) =>
        Step(context, "START", at, step, new StepRecord { Name = step.Name, Status = StepStatus.Running }, []);

    /// <summary>A step ended.</summary>
    /// <param name="context">The run.</param>
    /// <param name="step">The step as compiled.</param>
    /// <param name="record">What became of it; its status decides between COMPLETE, FAIL and ABORT.</param>
    /// <param name="at">When.</param>
    /// <param name="metrics">Numbers about its columns, where they are known.</param>
    public static string StepEnded(OpenLineageContext context, StepSpec step, StepRecord record, DateTimeOffset at, IReadOnlyList<ColumnMetrics>? metrics = null) =>
        Step(context, EndOf(record.Status), at, step, record, metrics ?? []);

    /// <summary>The event type of a run's end.</summary>
    internal static string EndOf(RunStatus status) => status switch
    {
        RunStatus.Succeeded => "COMPLETE",
        RunStatus.Failed or RunStatus.PartiallyPublished => "FAIL",
        RunStatus.Cancelled or RunStatus.Abandoned => "ABORT",
        _ => "RUNNING",
    };

    /// <summary>The event type of a step's end.</summary>
    internal static string EndOf(StepStatus status) => status switch
    {
        StepStatus.Staged or StepStatus.Published => "COMPLETE",
        StepStatus.Failed => "FAIL",
        StepStatus.Skipped => "ABORT",
        _ => "RUNNING",
    };

    private static string Run(OpenLineageContext context, string type, DateTimeOffset at, Problem? problem, ImmutableArray<StepRecord> steps)
    {
        using var writer = new FacetWriter(context.Producer);
        var json = writer.Json;
        json.WriteStartObject();
        writer.Envelope(type, at);
        writer.Object("run", () =>
        {
            json.WriteString("runId", context.RunUuid);
            writer.Object("facets", () => RunFacets(writer, context, problem, isStep: false));
        });
        writer.Object("job", () =>
        {
            json.WriteString("namespace", context.Namespace);
            json.WriteString("name", context.Pipeline.Id.Value);
            writer.Object("facets", () =>
            {
                JobType(writer, "PIPELINE");
                Documentation(writer, context.Pipeline.Description, isJob: true);
                Ownership(writer, context.Pipeline.Owner, isJob: true);
            });
        });
        var datasets = new DatasetWriter(writer, context);
        writer.Array("inputs", context.Pipeline.Sources, source => datasets.Input(new InputVersion { Dataset = source.Name }));
        writer.Array("outputs", steps.Where(static step => step.Status == StepStatus.Published), step => datasets.Summary(step));
        json.WriteEndObject();
        return writer.Finish();
    }

    private static string Step(
        OpenLineageContext context, string type, DateTimeOffset at, StepSpec step, StepRecord record, IReadOnlyList<ColumnMetrics> metrics)
    {
        using var writer = new FacetWriter(context.Producer);
        var json = writer.Json;
        json.WriteStartObject();
        writer.Envelope(type, at);
        writer.Object("run", () =>
        {
            json.WriteString("runId", context.StepUuid(step.Name));
            writer.Object("facets", () => RunFacets(writer, context, record.Problem, isStep: true));
        });
        writer.Object("job", () =>
        {
            json.WriteString("namespace", context.Namespace);
            json.WriteString("name", context.StepJob(step.Name));
            writer.Object("facets", () =>
            {
                JobType(writer, "MODEL");
                writer.Facet("sql", () =>
                {
                    json.WriteString("query", step.Sql);
                    json.WriteString("dialect", "duckdb");
                });
                Documentation(writer, step.Description, isJob: true);
                Ownership(writer, step.Owner ?? context.Pipeline.Owner, isJob: true);
            });
        });
        var datasets = new DatasetWriter(writer, context);
        writer.Array("inputs", InputsOf(step, record), datasets.Input);
        json.WriteStartArray("outputs");
        datasets.Output(step, record, metrics);
        if (record.RowsQuarantined > 0) datasets.Quarantine(step, record);
        json.WriteEndArray();
        json.WriteEndObject();
        return writer.Finish();
    }

    /// <summary>What a step read, with versions once they are known.</summary>
    private static IEnumerable<InputVersion> InputsOf(StepSpec step, StepRecord record)
    {
        var names = step.Reads.Concat(step.CheckReads).Concat(record.Inputs.Select(static input => input.Dataset)).Distinct();
        return names.Select(name => record.Inputs.FirstOrDefault(input => input.Dataset == name) ?? new InputVersion { Dataset = name });
    }

    private static void RunFacets(FacetWriter writer, OpenLineageContext context, Problem? problem, bool isStep)
    {
        var json = writer.Json;
        writer.Facet("processing_engine", () =>
        {
            json.WriteString("version", context.EngineVersion);
            json.WriteString("name", "DuckDB");
            json.WriteString("openlineageAdapterVersion", context.ProductVersion);
        });
        if (isStep) writer.Facet("parent", () => Parent(writer, context));
        if (context.NominalTime is { } nominal) writer.Facet("nominalTime", () => json.WriteString("nominalStartTime", nominal.UtcDateTime));
        if (context.Parameters.Count > 0)
        {
            writer.Facet("executionParameters", () => writer.Array("parameters", context.Parameters, parameter =>
            {
                json.WriteString("key", parameter.Key);
                json.WriteString("value", parameter.Value);
            }));
        }
        if (problem is null) return;
        writer.Facet("errorMessage", () =>
        {
            var place = problem.Position is { } position ? $"{position}: " : "";
            json.WriteString("message", problem.Help is { } help ? $"{place}{problem.Message} ({help})" : place + problem.Message);
            json.WriteString("programmingLanguage", "SQL");
        });
    }

    private static void Parent(FacetWriter writer, OpenLineageContext context)
    {
        void Identity()
        {
            writer.Object("run", () => writer.Json.WriteString("runId", context.RunUuid));
            writer.Object("job", () =>
            {
                writer.Json.WriteString("namespace", context.Namespace);
                writer.Json.WriteString("name", context.Pipeline.Id.Value);
            });
        }

        Identity();
        writer.Object("root", Identity);
    }

    private static void JobType(FacetWriter writer, string type) => writer.Facet("jobType", () =>
    {
        writer.Json.WriteString("processingType", "BATCH");
        writer.Json.WriteString("integration", "DATAGRID");
        writer.Json.WriteString("jobType", type);
    });

    internal static void Documentation(FacetWriter writer, string? text, bool isJob = false)
    {
        if (text is not null) writer.Facet(isJob ? "job documentation" : "documentation", () => writer.Json.WriteString("description", text));
    }

    internal static void Ownership(FacetWriter writer, string? owner, bool isJob = false)
    {
        if (owner is not null) writer.Facet(isJob ? "job ownership" : "ownership", () => writer.Array("owners", [owner], name => writer.Json.WriteString("name", name)));
    }
}
