using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Telemetry;
using DataGrid.Core.Pipelines.Graph;
using DataGrid.Gateway.Http;
using DataGrid.Gateway.Pipelines;

namespace DataGrid.Gateway.Runs;

/// <summary>Which runs a list shows.</summary>
/// <param name="Pipeline">Of this pipeline.</param>
/// <param name="Status">That stand so.</param>
/// <param name="Since">That began then or later.</param>
/// <param name="Until">That began before.</param>
internal sealed record RunFilter(PipelineId? Pipeline, RunStatus? Status, DateTimeOffset? Since, DateTimeOffset? Until)
{
    public bool Fits(RunRecord run) => (Pipeline is not { } pipeline || run.Pipeline == pipeline) && (Status is not { } status || run.Status == status)
        && (Since is not { } since || run.StartedAt >= since) && (Until is not { } until || run.StartedAt < until);
}

/// <summary>What people do with runs, whatever way they come.</summary>
internal sealed class RunQueries(WorkspacePorts ports, GatewayOptions options, PipelineService pipelines, MovingGrains moving)
{
    /// <summary>A page of runs, the newest first.</summary>
    public async Task<Page<RunView>> ListAsync(RunFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var ids = await ports.Runs.ListRunsAsync(cancellationToken);
        var found = ImmutableArray.CreateBuilder<RunView>();
        var looked = 0;
        foreach (var run in ids.Reverse().SkipWhile(run => page.After is { } after && string.CompareOrdinal(run.Value, after) >= 0))
        {
            if (found.Count == page.Limit || looked++ == options.MaxScannedRecords) return new Page<RunView>(found.ToImmutable(), Pages.CursorOf(Successor(run)));
            if (await ReadAsync(run, cancellationToken) is { } record && filter.Fits(record)) found.Add(RunView.Of(record, withSteps: false));
        }
        return new Page<RunView>(found.ToImmutable(), null);
    }

    /// <summary>A run as it stands.</summary>
    /// <exception cref="DataGridException">There is none.</exception>
    public async Task<RunRecord> GetAsync(RunId run, CancellationToken cancellationToken) => await moving.AskAsync(() => ports.RunService.GetRunAsync(run), cancellationToken) ?? throw Unknown(run);

    /// <summary>Starts a run of the version that was submitted last.</summary>
    public async Task<RunRecord> StartAsync(PipelineId pipeline, RunStart start, RunId run, CancellationToken cancellationToken)
    {
        var (snapshot, spec) = await pipelines.FindAsync(pipeline, null, cancellationToken);
        var selection = Selection.Resolve(spec, start.Select);
        if (!selection.Problems.IsEmpty) throw ApiFaults.Of(selection.Problems);
        if (start.Parameters.Keys.FirstOrDefault(name => spec.Parameters.All(known => known.Name != name)) is { } unknown)
            throw ApiFaults.Of(ErrorCodes.ParameterInvalid, $"the project has no parameter '{unknown}'", spec.Parameters.IsEmpty ? "it has none" : $"it has {string.Join(", ", spec.Parameters.Select(static known => known.Name))}");
        return await StartAsync(pipeline, snapshot, new RunRequest
        {
            Fingerprint = spec.Fingerprint,
            ProjectDirectory = spec.ProjectDirectory,
            Selected = start.Select.IsEmpty ? [] : [.. selection.Steps.Select(static step => step.Name)],
            FullRefresh = start.FullRefresh,
            ParameterValues = start.Parameters,
            Run = run,
        }, cancellationToken);
    }

    /// <summary>Starts again a run that did not succeed: the same version, steps and parameters. A run that failed has published nothing, so all its steps are made.</summary>
    public async Task<RunRecord> RetryAsync(RunId run, RunId again, CancellationToken cancellationToken)
    {
        var record = await GetAsync(run, cancellationToken);
        if (!record.IsTerminal) throw ApiFaults.Usage($"run {run} has not ended", "cancel it first, or wait");
        if (record.Status == RunStatus.Succeeded) throw ApiFaults.Usage($"run {run} succeeded: there is nothing to make again", $"start a new run with POST /api/v1/pipelines/{record.Pipeline}/runs");
        var (snapshot, _) = await pipelines.FindAsync(record.Pipeline, record.Request.Fingerprint, cancellationToken);
        return await StartAsync(record.Pipeline, snapshot, record.Request with { Run = again }, cancellationToken);
    }

    /// <summary>Asks for a cancel.</summary>
    public async Task<RunCancelled> CancelAsync(RunId run, string reason, CancellationToken cancellationToken)
    {
        var outcome = await moving.AskAsync(() => ports.RunService.CancelAsync(run, reason), cancellationToken);
        if (outcome != CancelOutcome.Unknown) return new RunCancelled(run, outcome);
        // A run that ended long ago is not in memory any more.
        await GetAsync(run, cancellationToken);
        return new RunCancelled(run, CancelOutcome.Ended);
    }

    /// <summary>The graph of a run.</summary>
    public async Task<RunPlan> PlanAsync(RunId run, CancellationToken cancellationToken)
    {
        var record = await GetAsync(run, cancellationToken);
        var (_, spec) = await pipelines.FindAsync(record.Pipeline, record.Request.Fingerprint, cancellationToken);
        var steps = record.Steps.ToDictionary(static step => step.Name);
        var selected = record.Request.Selected.ToHashSet();
        return new RunPlan
        {
            Run = run,
            Steps = [.. spec.Steps.Where(step => selected.Count == 0 || selected.Contains(step.Name)).Select(step => new RunPlanStep
            {
                Name = step.Name,
                Materialization = step.Materialization,
                Reads = [.. step.Reads.Union(step.CheckReads)],
                Status = steps.GetValueOrDefault(step.Name)?.Status,
                Inputs = steps.GetValueOrDefault(step.Name)?.Inputs ?? [],
                Sql = step.Sql,
            })],
        };
    }

    /// <summary>The story of a run as lines for people.</summary>
    public async Task<string> LogAsync(RunId run, CancellationToken cancellationToken)
    {
        await GetAsync(run, cancellationToken);
        var lines = new System.Text.StringBuilder();
        foreach (var told in await ports.Runs.ReadRunEventsAsync(run, cancellationToken))
        {
            lines.Append(told.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture)).Append("  ").Append(told.Message).Append('\n');
            if (told.Problem is { } problem) lines.Append("    ").Append(problem.Code).Append(problem.Position is { } place ? $" at {place}" : "").Append(": ").Append(problem.Message).Append('\n');
            if (told.Problem?.Help is { } help) lines.Append("    ").Append(help).Append('\n');
        }
        return lines.ToString();
    }

    /// <summary>News after a number; waits up to <paramref name="wait"/> for some.</summary>
    public Task<RunEventPage> ReadEventsAsync(RunId run, long after, int max, TimeSpan wait, CancellationToken cancellationToken) =>
        ports.Grains.GetGrain<IRunGrain>(GrainKeys.Run(ports.Workspace, run)).ReadEvents(after, max, wait, cancellationToken);

    /// <summary>News after a number, as far as there are some; waits for the run's silo when that is away.</summary>
    public Task<RunEventPage> ReadEventsAsync(RunId run, long after, int max, CancellationToken cancellationToken) =>
        moving.AskAsync(() => ReadEventsAsync(run, after, max, TimeSpan.Zero, cancellationToken), cancellationToken);

    /// <summary>There is no such run.</summary>
    public static DataGridException Unknown(RunId run) => ApiFaults.Of(ErrorCodes.RunUnknown, $"there is no run {run}", $"see {GatewayHost.ApiPath}/runs");

    private async Task<RunRecord> StartAsync(PipelineId pipeline, PipelineSnapshot snapshot, RunRequest request, CancellationToken cancellationToken)
    {
        if (snapshot.IsPaused) throw ApiFaults.Of(ErrorCodes.PipelinePaused, $"the pipeline {pipeline} is paused", $"resume it with POST /api/v1/pipelines/{pipeline}/resume");
        using var span = DataGridTelemetry.Begin(SpanNames.Submit, System.Diagnostics.Activity.Current?.Id)?.SetTag("datagrid.pipeline", pipeline.Value);
        // The run has its id: asked twice, it is started once.
        var run = await moving.AskAsync(() => pipelines.Grain(pipeline).StartRun(request with { TraceParent = span?.Id }), cancellationToken);
        return await moving.AskAsync(() => ports.RunService.GetRunAsync(run), cancellationToken) ?? throw new InvalidOperationException($"run {run} was started and is not known");
    }

    // A record that is being replaced, or is damaged, must not hide the others.
    private async Task<RunRecord?> ReadAsync(RunId run, CancellationToken cancellationToken)
    {
        try
        {
            return await ports.Runs.ReadRunAsync(run, cancellationToken);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    // The list goes backwards and leaves out what is not before the cursor: the next page begins with this run.
    private static string Successor(RunId run) => run.Value + "~";
}
