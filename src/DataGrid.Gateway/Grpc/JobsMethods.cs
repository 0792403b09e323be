using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.Gateway.Access;
using DataGrid.Gateway.Http;
using DataGrid.Gateway.Pipelines;
using DataGrid.Gateway.Runs;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DataGrid.Gateway.Grpc;

/// <summary><c>datagrid.v1.Jobs</c>: thin over the services that REST stands on. Tags name the scopes of keys, as there.</summary>
internal static class JobsMethods
{
    private const string Pipelines = "Pipelines";
    private const string Runs = "Runs";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var jobs = new GrpcRoutes(routes, V1.JobsReflection.Descriptor.Services[0]);
        jobs.Unary("SubmitProject", V1.SubmitProjectRequest.Parser, SubmitAsync, static options => options.MaxBundleBytes).Needs(Role.Editor).Makes("pipeline").WithTags(Pipelines);
        jobs.Unary("ListPipelines", V1.ListPipelinesRequest.Parser, ListPipelinesAsync).Needs(Role.Viewer).WithTags(Pipelines);
        jobs.Unary("SetPipelinePaused", V1.SetPipelinePausedRequest.Parser, PauseAsync).Needs(Role.Operator).Changes("pipeline").WithTags(Pipelines);
        jobs.Unary("StartRun", V1.StartRunRequest.Parser, StartAsync).Needs(Role.Editor).Makes("run").WithTags(Runs);
        jobs.Unary("GetRun", V1.GetRunRequest.Parser, GetAsync).Needs(Role.Viewer).WithTags(Runs);
        jobs.Unary("ListRuns", V1.ListRunsRequest.Parser, ListAsync).Needs(Role.Viewer).WithTags(Runs);
        jobs.Stream("WatchRun", V1.WatchRunRequest.Parser, WatchAsync).Needs(Role.Viewer).WithTags(Runs);
        jobs.Unary("CancelRun", V1.CancelRunRequest.Parser, CancelAsync).Needs(Role.Operator).Changes("run").WithTags(Runs);
        jobs.Unary("RetryRun", V1.RetryRunRequest.Parser, RetryAsync).Needs(Role.Editor).Makes("run").WithTags(Runs);
        jobs.Complete();
    }

    private static async Task<V1.SubmitProjectResponse> SubmitAsync(HttpContext http, V1.SubmitProjectRequest request)
    {
        if (request.ProjectCase == V1.SubmitProjectRequest.ProjectOneofCase.None) throw ApiFaults.Usage("there is no project in the request", "send an archive, or files");
        var submitted = await http.RequestServices.GetRequiredService<PipelineService>().SubmitAsync(folder => FillAsync(http, request, folder), http.RequestAborted);
        http.Audit(submitted.Pipeline.Value);
        return new V1.SubmitProjectResponse
        {
            Pipeline = submitted.Pipeline.Value,
            Version = submitted.Version,
            IsNew = submitted.IsNew,
            Datasets = { submitted.Datasets.Select(static name => name.ToString()) },
            Warnings = { submitted.Warnings.Select(ProblemMessages.Of) },
        };
    }

    private static async Task FillAsync(HttpContext http, V1.SubmitProjectRequest request, BundleFolder folder)
    {
        if (request.ProjectCase == V1.SubmitProjectRequest.ProjectOneofCase.Archive)
        {
            using var archive = new MemoryStream(request.Archive.ToByteArray(), writable: false);
            await BundleReader.ReadZipAsync(archive, http.RequestServices.GetRequiredService<GatewayOptions>(), folder, http.RequestAborted);
            return;
        }
        foreach (var (name, content) in request.Files.Files)
        {
            using var bytes = new MemoryStream(content.ToByteArray(), writable: false);
            await folder.AddAsync(name, bytes, long.MaxValue, http.RequestAborted);
        }
    }

    private static async Task<V1.ListPipelinesResponse> ListPipelinesAsync(HttpContext http, V1.ListPipelinesRequest request)
    {
        var page = await http.RequestServices.GetRequiredService<PipelineService>().ListAsync(GrpcNames.Page(http, request.Page), http.RequestAborted);
        return new V1.ListPipelinesResponse { Pipelines = { page.Items.Select(RunMessages.Of) }, NextCursor = page.Next ?? "" };
    }

    private static async Task<V1.Pipeline> PauseAsync(HttpContext http, V1.SetPipelinePausedRequest request)
    {
        http.Audit(request.Pipeline);
        return RunMessages.Of(await http.RequestServices.GetRequiredService<PipelineService>().PauseAsync(ApiNames.Parse<PipelineId>(request.Pipeline), request.IsPaused, http.RequestAborted));
    }

    private static async Task<V1.Run> StartAsync(HttpContext http, V1.StartRunRequest request)
    {
        var start = new RunStart
        {
            Select = [.. request.Select], FullRefresh = request.FullRefresh, Parameters = request.Parameters.ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
        return Started(http, await Service(http).StartAsync(ApiNames.Parse<PipelineId>(request.Pipeline), start, NewRun(http), http.RequestAborted));
    }

    private static async Task<V1.Run> GetAsync(HttpContext http, V1.GetRunRequest request) => RunMessages.Of(await Service(http).GetAsync(Id(request.Run), http.RequestAborted));

    private static async Task<V1.ListRunsResponse> ListAsync(HttpContext http, V1.ListRunsRequest request)
    {
        var filter = new RunFilter(
            GrpcNames.Optional<PipelineId>(request.Pipeline), GrpcNames.Choice<RunStatus, V1.RunStatus>(request.Status, "status"), request.Since?.ToDateTimeOffset(), request.Until?.ToDateTimeOffset());
        var page = await Service(http).ListAsync(filter, GrpcNames.Page(http, request.Page), http.RequestAborted);
        return new V1.ListRunsResponse { Runs = { page.Items.Select(RunMessages.Of) }, NextCursor = page.Next ?? "" };
    }

    private static async Task WatchAsync(HttpContext http, V1.WatchRunRequest request, Func<IMessage, Task> send)
    {
        if (request.After < 0) throw ApiFaults.Usage("after is negative", "give the number of the last event that you have, or 0");
        var run = Id(request.Run);
        await http.RequestServices.GetRequiredService<EventStreams>().FollowAsync(http, run, request.After, async page =>
        {
            foreach (var told in page.Events) await send(new V1.WatchRunResponse { Event = RunMessages.Of(told) });
            foreach (var step in page.Progress) await send(new V1.WatchRunResponse { Progress = RunMessages.Of(step) });
            if (page.IsComplete) await send(new V1.WatchRunResponse { End = RunMessages.Of(await Service(http).GetAsync(run, http.RequestAborted)) });
        });
    }

    private static async Task<V1.CancelRunResponse> CancelAsync(HttpContext http, V1.CancelRunRequest request)
    {
        http.Audit(request.Run);
        var cancelled = await Service(http).CancelAsync(Id(request.Run), RunEndpoints.ReasonOf(http, request.Reason.Length == 0 ? null : request.Reason), http.RequestAborted);
        return new V1.CancelRunResponse { Run = cancelled.Run.Value, Outcome = (V1.CancelOutcome)((int)cancelled.Outcome + 1) };
    }

    private static async Task<V1.Run> RetryAsync(HttpContext http, V1.RetryRunRequest request) => Started(http, await Service(http).RetryAsync(Id(request.Run), NewRun(http), http.RequestAborted));

    private static V1.Run Started(HttpContext http, RunRecord record)
    {
        http.Audit(string.Create(CultureInfo.InvariantCulture, $"{record.Pipeline}/{record.Run}"));
        return RunMessages.Of(record);
    }

    private static RunId NewRun(HttpContext http) => Idempotency.RunOf(http, http.RequestServices.GetRequiredService<TimeProvider>());

    private static RunQueries Service(HttpContext http) => http.RequestServices.GetRequiredService<RunQueries>();

    private static RunId Id(string text) => ApiNames.Parse<RunId>(text);
}
