using System.Globalization;
using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.Gateway.Access;
using DataGrid.Gateway.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DataGrid.Gateway.Runs;

/// <summary><c>/api/v1/runs</c>, and starting them below their pipeline.</summary>
internal static class RunEndpoints
{
    private const int MaxReason = 500;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/pipelines/{pipeline}/runs", StartAsync).Needs(Role.Editor).Makes("run").WithTags("Runs").WithName("startRun").WithSummary("Start a run of the version submitted last")
            .Accepts<RunStart>(isOptional: true, "application/json").Produces<RunView>(201);
        var runs = api.MapGroup("/runs").WithTags("Runs");
        runs.MapGet("", ListAsync).Needs(Role.Viewer).WithName("listRuns").WithSummary("List runs, the newest first").Produces<Page<RunView>>();
        runs.MapGet("/{run}", GetAsync).Needs(Role.Viewer).WithName("getRun").WithSummary("A run as it stands").Produces<RunView>();
        runs.MapPost("/{run}/cancel", CancelAsync).Needs(Role.Operator).Changes("run").WithName("cancelRun").WithSummary("Ask a run to stop")
            .Accepts<RunCancel>(isOptional: true, "application/json").Produces<RunCancelled>();
        runs.MapPost("/{run}/retry", RetryAsync).Needs(Role.Editor).Makes("run").WithName("retryRun").WithSummary("Start again a run that did not succeed").Produces<RunView>(201);
        runs.MapGet("/{run}/plan", PlanAsync).Needs(Role.Viewer).WithName("getRunPlan").WithSummary("The run's graph: steps, what they read, where they stand").Produces<RunPlan>();
        runs.MapGet("/{run}/events", EventsAsync).Needs(Role.Viewer).WithName("watchRun")
            .WithSummary("The run's story: as server-sent events for Accept: text/event-stream, resumed by Last-Event-ID; else one page of it")
            .Produces<RunEvents>(200, "application/json", "text/event-stream").Produces(204);
        runs.MapGet("/{run}/logs", LogsAsync).Needs(Role.Viewer).WithName("getRunLogs").WithSummary("The run's story as text").Produces<string>(200, "text/plain");
    }

    private static async Task<IResult> StartAsync(RunQueries runs, GatewayOptions options, TimeProvider clock, HttpContext http, string pipeline)
    {
        var start = await ApiJson.ReadAsync<RunStart>(http, options.MaxBodyBytes, mayBeEmpty: true);
        return Started(http, await runs.StartAsync(ApiNames.Parse<PipelineId>(pipeline), start, Idempotency.RunOf(http, clock), http.RequestAborted));
    }

    private static async Task<IResult> ListAsync(
        RunQueries runs, GatewayOptions options, HttpContext http, string? pipeline, string? status, string? since, string? until, string? limit, string? cursor, CancellationToken cancellationToken)
    {
        var filter = new RunFilter(ApiNames.ParseOptional<PipelineId>(pipeline), ApiNames.Choice<RunStatus>(status, "status"), ApiNames.Time(since, "since"), ApiNames.Time(until, "until"));
        return Pages.Answer(http, await runs.ListAsync(filter, Pages.Read(limit, cursor, options), cancellationToken));
    }

    private static async Task<IResult> GetAsync(RunQueries runs, string run, CancellationToken cancellationToken) => ApiAnswers.Tagged(RunView.Of(await runs.GetAsync(Id(run), cancellationToken), withSteps: true));

    private static async Task<IResult> CancelAsync(RunQueries runs, GatewayOptions options, HttpContext http, string run)
    {
        var asked = await ApiJson.ReadAsync<RunCancel>(http, options.MaxBodyBytes, mayBeEmpty: true);
        return ApiAnswers.Json(await runs.CancelAsync(Id(run), ReasonOf(http, asked.Reason), http.RequestAborted));
    }

    /// <summary>Why a run is cancelled.</summary>
    internal static string ReasonOf(HttpContext http, string? said)
    {
        if (said is not null && (said.Length > MaxReason || said.Any(char.IsControl))) throw ApiFaults.Usage("the reason is not one line of text", $"give at most {MaxReason} characters");
        return said ?? $"asked by {Caller.Of(http).Name}";
    }

    private static async Task<IResult> RetryAsync(RunQueries runs, TimeProvider clock, HttpContext http, string run) => Started(http, await runs.RetryAsync(Id(run), Idempotency.RunOf(http, clock), http.RequestAborted));

    private static async Task<IResult> PlanAsync(RunQueries runs, string run, CancellationToken cancellationToken) => ApiAnswers.Tagged(await runs.PlanAsync(Id(run), cancellationToken));

    private static async Task<IResult> EventsAsync(RunQueries runs, EventStreams streams, GatewayOptions options, HttpContext http, string run, string? after, string? limit)
    {
        var id = Id(run);
        var last = http.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } said] ? said : after;
        var number = ApiNames.Number(last, "Last-Event-ID") ?? 0;
        if (http.Request.Headers.Accept.Any(static accept => accept?.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase) == true))
        {
            await streams.WriteAsync(http, id, number);
            return Results.Empty;
        }
        await runs.GetAsync(id, http.RequestAborted);
        var page = await runs.ReadEventsAsync(id, number, Pages.Read(limit, null, options).Limit, http.RequestAborted);
        return ApiAnswers.Json(new RunEvents(page.Events, page.Progress, page.IsComplete));
    }

    private static async Task<IResult> LogsAsync(RunQueries runs, string run, CancellationToken cancellationToken) =>
        Results.Text(await runs.LogAsync(Id(run), cancellationToken), "text/plain");

    private static IResult Started(HttpContext http, RunRecord record)
    {
        http.Audit(string.Create(CultureInfo.InvariantCulture, $"{record.Pipeline}/{record.Run}"));
        return ApiAnswers.Created(http, $"{GatewayHost.ApiPath}/runs/{record.Run}", RunView.Of(record, withSteps: true));
    }

    private static RunId Id(string text) => ApiNames.Parse<RunId>(text);
}
