using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Lineage;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Lineage.OpenLineage;

namespace DataGrid.Core.Tests.Lineage.OpenLineage;

/// <summary>One small pipeline with everything that events can carry, and all the events of its runs.</summary>
internal static class OpenLineageSamples
{
    public static readonly DateTimeOffset Start = new(2026, 11, 20, 13, 15, 2, TimeSpan.Zero);

    private static readonly DatasetName Raw = DatasetName.Parse("raw.flights");
    private static readonly DatasetName Silver = DatasetName.Parse("silver.flights");

    public static StepSpec Step { get; } = new()
    {
        Name = Silver,
        File = "models/silver/flights.sql",
        Sql = "SELECT origin, avg(delay) AS delay FROM raw.flights WHERE day >= $day GROUP BY origin",
        Columns = [new ColumnSpec { Name = "origin", Type = "VARCHAR", Description = "IATA code" }, new ColumnSpec { Name = "delay", Type = "DOUBLE" }],
        Reads = [Raw],
        Description = "Delays by airport",
        Checks =
        [
            new CheckSpec { Name = "plausible", Kind = CheckKind.Predicate, Expression = "delay < 1440", Otherwise = CheckAction.Quarantine },
            new CheckSpec { Name = "origin not null", Kind = CheckKind.NotNull, Columns = ["origin"] },
        ],
        Lineage =
        [
            new ColumnLineage { Column = "origin", Sources = [Source("day", LineageKind.Filter), Source("origin", LineageKind.Identity), Source("origin", LineageKind.GroupBy)] },
            new ColumnLineage { Column = "delay", Sources = [Source("day", LineageKind.Filter), Source("delay", LineageKind.Aggregation), Source("origin", LineageKind.GroupBy)], IsExact = false },
        ],
    };

    public static OpenLineageContext Context { get; } = new()
    {
        Workspace = WorkspaceId.Default,
        Run = RunId.Parse("20261120-131502-7f3a0001"),
        ProductVersion = "0.1.0",
        EngineVersion = "v1.5.6",
        Parameters = new SortedDictionary<string, string> { ["day"] = "2001-01-02" },
        NominalTime = Start,
        Pipeline = new PipelineSpec
        {
            Id = PipelineId.Parse("flights"),
            Owner = "data-team@example.com",
            Description = "On-time performance",
            ProjectDirectory = "/projects/flights",
            Fingerprint = "ab",
            Sources = [new SourceSpec { Name = Raw, Files = ["data/*.parquet"], Format = SourceFormat.Parquet, Description = "Flights", Columns = [new ColumnSpec { Name = "delay", Type = "INTEGER" }] }],
            Steps = [Step],
        },
    };

    public static StepRecord Published { get; } = new()
    {
        Name = Silver,
        Status = StepStatus.Published,
        Rows = 300,
        RowsQuarantined = 2,
        OutputBytes = 4096,
        Version = 7,
        QuarantineVersion = 3,
        Inputs = [new InputVersion { Dataset = Raw, Files = 2, Bytes = 1_000_000, Digest = "9f" }],
        Checks = [new CheckResult { Name = "plausible", Kind = CheckKind.Predicate, Otherwise = CheckAction.Quarantine, FailedRows = 2, CheckedRows = 302 }],
    };

    public static Problem Failure { get; } = new()
    {
        Code = ErrorCodes.DataInvalid, Message = "a row is bad", Help = "mend it", Position = new SourcePosition { File = "models/silver/flights.sql", Line = 3, Column = 8 },
    };

    /// <summary>Every kind of event, by name.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["run-start"] = OpenLineageEvents.RunStarted(Context, Start),
        ["run-complete"] = OpenLineageEvents.RunEnded(Context, Record(RunStatus.Succeeded, null), Start.AddSeconds(5)),
        ["run-fail"] = OpenLineageEvents.RunEnded(Context, Record(RunStatus.Failed, Failure), Start.AddSeconds(5)),
        ["run-abort"] = OpenLineageEvents.RunEnded(Context, Record(RunStatus.Cancelled, null), Start.AddSeconds(5)),
        ["step-start"] = OpenLineageEvents.StepStarted(Context, Step, Start),
        ["step-complete"] = OpenLineageEvents.StepEnded(Context, Step, Published, Start.AddSeconds(4), [new ColumnMetrics("delay", 0, -12.5, 500), new ColumnMetrics("origin", 1, null, double.NaN)]),
        ["step-fail"] = OpenLineageEvents.StepEnded(Context, Step, Published with { Status = StepStatus.Failed, Problem = Failure }, Start.AddSeconds(4)),
        ["step-abort"] = OpenLineageEvents.StepEnded(Context, Step, new StepRecord { Name = Silver, Status = StepStatus.Skipped }, Start.AddSeconds(4)),
    };

    public static TheoryData<string> Names => new(All.Keys);

    private static LineageSource Source(string column, LineageKind kind) => new(new ColumnRef(Raw, column), kind);

    private static RunRecord Record(RunStatus status, Problem? problem) => new()
    {
        Run = Context.Run,
        Pipeline = Context.Pipeline.Id,
        Status = status,
        Request = new RunRequest { Fingerprint = "ab", ProjectDirectory = "/projects/flights" },
        StartedAt = Start,
        Problem = problem,
        Steps = status == RunStatus.Succeeded ? ImmutableArray.Create(Published) : [],
    };
}
