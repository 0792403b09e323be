using DataGrid.Contracts;
using DataGrid.Contracts.Pipelines;
using DataGrid.Gateway.Access;
using DataGrid.Gateway.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DataGrid.Gateway.Pipelines;

/// <summary><c>/api/v1/pipelines</c></summary>
internal static class PipelineEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var pipelines = api.MapGroup("/pipelines").WithTags("Pipelines");
        pipelines.MapPost("", SubmitAsync).Needs(Role.Editor).Makes("pipeline").WithName("submitPipeline")
            .WithSummary("Submit a project: its files as a zip archive, as a form, or as JSON")
            .Accepts<BundleDocument>("application/json", "application/zip", "multipart/form-data").Produces<PipelineSubmitted>(201).Produces<PipelineSubmitted>();
        pipelines.MapGet("", ListAsync).Needs(Role.Viewer).WithName("listPipelines").WithSummary("List pipelines, by name").Produces<Page<PipelineSummary>>();
        pipelines.MapGet("/{pipeline}", GetAsync).Needs(Role.Viewer).WithName("getPipeline").WithSummary("All about one pipeline").Produces<PipelineDetail>();
        pipelines.MapGet("/{pipeline}/versions", VersionsAsync).Needs(Role.Viewer).WithName("listPipelineVersions").WithSummary("The versions that were in force, newest first").Produces<Page<PipelineVersion>>();
        pipelines.MapGet("/{pipeline}/plan", PlanAsync).Needs(Role.Viewer).WithName("planPipeline").WithSummary("What a run would do, and what would change").Produces<PlanReport>();
        pipelines.MapPost("/{pipeline}/pause", PauseAsync).Needs(Role.Operator).Changes("pipeline").WithName("pausePipeline").WithSummary("Start no runs until it is resumed").Produces<PipelineSummary>();
        pipelines.MapPost("/{pipeline}/resume", ResumeAsync).Needs(Role.Operator).Changes("pipeline").WithName("resumePipeline").WithSummary("Start runs again").Produces<PipelineSummary>();
    }

    private static async Task<IResult> SubmitAsync(PipelineService service, HttpContext http)
    {
        var submitted = await service.SubmitAsync(http);
        http.Audit(submitted.Pipeline.Value);
        return submitted.IsNew ? ApiAnswers.Created(http, $"/api/v1/pipelines/{submitted.Pipeline}", submitted) : ApiAnswers.Json(submitted);
    }

    private static async Task<IResult> ListAsync(PipelineService service, GatewayOptions options, HttpContext http, string? limit, string? cursor, CancellationToken cancellationToken) =>
        Pages.Answer(http, await service.ListAsync(Pages.Read(limit, cursor, options), cancellationToken));

    private static async Task<IResult> GetAsync(PipelineService service, string pipeline, CancellationToken cancellationToken) =>
        ApiAnswers.Tagged(await service.GetAsync(Name(pipeline), cancellationToken));

    private static async Task<IResult> VersionsAsync(PipelineService service, GatewayOptions options, HttpContext http, string pipeline, string? limit, string? cursor, CancellationToken cancellationToken) =>
        Pages.Answer(http, await service.VersionsAsync(Name(pipeline), Pages.Read(limit, cursor, options), cancellationToken));

    private static async Task<IResult> PlanAsync(PipelineService service, string pipeline, string[]? select, CancellationToken cancellationToken) =>
        ApiAnswers.Json(await service.PlanAsync(Name(pipeline), select ?? [], cancellationToken));

    private static async Task<IResult> PauseAsync(PipelineService service, string pipeline, CancellationToken cancellationToken) =>
        ApiAnswers.Json(await service.PauseAsync(Name(pipeline), isPaused: true, cancellationToken));

    private static async Task<IResult> ResumeAsync(PipelineService service, string pipeline, CancellationToken cancellationToken) =>
        ApiAnswers.Json(await service.PauseAsync(Name(pipeline), isPaused: false, cancellationToken));

    private static PipelineId Name(string text) => ApiNames.Parse<PipelineId>(text);
}
