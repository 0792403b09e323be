using System.Collections.Immutable;
using DataGrid.Cli.Commands;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Rendering;
using DataGrid.Client.Runs;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using ClientRun = DataGrid.Client.Runs.Run;
using Problem = DataGrid.Contracts.Errors.Problem;
using RunEvent = DataGrid.Contracts.Runs.RunEvent;
using RunStatus = DataGrid.Contracts.Runs.RunStatus;
using StepProgress = DataGrid.Contracts.Runs.StepProgress;

namespace DataGrid.Cli.Remote;

/// <summary>Runs of a server.</summary>
internal static class RemoteRuns
{
    private const string Last = "last";
    private const string View = "view";

    public static async Task<int> ListAsync(CommandContext context, RemoteServer server, int limit, CancellationToken stop)
    {
        var runs = new List<ClientRun>();
        if (limit > 0)
        {
            await foreach (var run in server.Client.Runs.ListAsync(new RunFilter(), stop).ConfigureAwait(false))
            {
                runs.Add(run);
                if (runs.Count == limit) break;
            }
        }
        if (context.IsJson) context.WriteJson(runs);
        else HistoryWriter.Write(context.Terminal, [.. runs.Select(static run => (RecordOf(run), run.StepCounts.Values.Sum()))]);
        return 0;
    }

    public static async Task<int> CancelAsync(CommandContext context, RemoteServer server, string text, CancellationToken stop)
    {
        var cancelled = await server.Client.Runs.CancelAsync(await FindAsync(server, text, stop).ConfigureAwait(false), "asked by datagrid cancel", stop).ConfigureAwait(false);
        return await CancelCommand.WriteAsync(context, RunId.Parse(cancelled.Run), RemoteServer.As<Contracts.Runs.CancelOutcome>(cancelled.Outcome)).ConfigureAwait(false);
    }

    public static async Task<int> LogAsync(CommandContext context, RemoteServer server, string text, CancellationToken stop)
    {
        var run = await FindAsync(server, text, stop).ConfigureAwait(false);
        var record = RecordOf(await server.Client.Runs.GetAsync(run, stop).ConfigureAwait(false));
        var log = new RunLog(record, RemoteServer.As<ImmutableArray<RunEvent>>(await server.Client.Runs.ReadEventsAsync(run, stop).ConfigureAwait(false)));
        if (context.IsJson) context.WriteJson(log);
        else RunLogWriter.Write(context.Terminal, RunPlace.On(server), log);
        return 0;
    }

    /// <summary>Submits a project, starts a run of it, and follows it where that is asked for.</summary>
    public static async Task<int> SubmitAsync(CommandContext context, RemoteServer server, string directory, RunStart start, bool isWatched, CancellationToken stop)
    {
        var submitted = await server.Client.Pipelines.SubmitFolderAsync(directory, stop).ConfigureAwait(false);
        var run = await server.Client.Runs.StartAsync(submitted.Pipeline, start, stop).ConfigureAwait(false);
        if (isWatched) return await WatchAsync(context, server, run, RemoteServer.As<ImmutableArray<Problem>>(submitted.Warnings), stop).ConfigureAwait(false);
        if (context.IsJson)
        {
            context.WriteJson(run);
            return 0;
        }
        foreach (var warning in submitted.Warnings) new ProblemWriter(context.Terminal.Error, context.Terminal.ErrorHasColor).Write(RemoteServer.As<Problem>(warning));
        await context.Terminal.Out.WriteLineAsync($"{submitted.Pipeline} is submitted{(submitted.IsNew ? "" : ", as it was before")}; run {run.Id} is started").ConfigureAwait(false);
        await context.Terminal.Out.WriteLineAsync($"watch it: datagrid logs {run.Id} --watch {server.Option}").ConfigureAwait(false);
        return 0;
    }

    /// <summary>Follows a run that goes on or has ended.</summary>
    public static async Task<int> WatchAsync(CommandContext context, RemoteServer server, string text, CancellationToken stop) =>
        await WatchAsync(context, server, await server.Client.Runs.GetAsync(await FindAsync(server, text, stop).ConfigureAwait(false), stop).ConfigureAwait(false), [], stop).ConfigureAwait(false);

    private static async Task<int> WatchAsync(CommandContext context, RemoteServer server, ClientRun run, ImmutableArray<Problem> warnings, CancellationToken stop)
    {
        var pipeline = await server.Client.Pipelines.GetAsync(run.Pipeline, stop).ConfigureAwait(false);
        var steps = pipeline.Steps.Where(step => run.Selected.Count == 0 || run.Selected.Contains(step.Name)).Select(static step => new ProgressStep(DatasetName.Parse(step.Name), step.Materialization == View)).ToList();
        try
        {
            var progress = RunProgress.Create(context, steps, "Ctrl-C leaves it running");
            await using (progress.ConfigureAwait(false))
            {
                await foreach (var news in server.Client.Runs.WatchAsync(run.Id, 0, stop).ConfigureAwait(false))
                {
                    if (news.Event is { } happened) progress.Show(RemoteServer.As<RunEvent>(happened));
                    if (news.Progress is { } far) progress.Show(RemoteServer.As<StepProgress>(far));
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Who stops looking stops nothing else.
            return context.Fail(new Problem { Code = ErrorCodes.Interrupted, Message = $"run {run.Id} is not watched any more; it goes on", Help = $"look again with: datagrid logs {run.Id} --watch {server.Option}" });
        }
        var ended = await server.Client.Runs.GetAsync(run.Id, CancellationToken.None).ConfigureAwait(false);
        var record = RecordOf(ended);
        if (context.IsJson) context.WriteJsonLine(ended);
        else new RunSummaryWriter(context.Terminal, RunPlace.On(server)).Write(record, warnings);
        return record.Status == RunStatus.Succeeded ? 0 : ErrorCodes.Find(record.Problem?.Code ?? ErrorCodes.RunFailed).ExitCode;
    }

    private static async Task<string> FindAsync(RemoteServer server, string text, CancellationToken stop)
    {
        if (text != Last) return RunArgument.Parse(text).Value;
        await foreach (var run in server.Client.Runs.ListAsync(new RunFilter(), stop).ConfigureAwait(false)) return run.Id;
        throw RunArgument.Unknown(text);
    }

    private static RunRecord RecordOf(ClientRun run) => new()
    {
        Run = RunId.Parse(run.Id),
        Pipeline = PipelineId.Parse(run.Pipeline),
        Status = RemoteServer.As<RunStatus>(run.Status),
        Request = new RunRequest { Fingerprint = run.Version, ProjectDirectory = "", FullRefresh = run.FullRefresh },
        StartedAt = run.StartedAt,
        EndedAt = run.EndedAt,
        Steps = RemoteServer.As<ImmutableArray<StepRecord>>(run.Steps),
        Problem = run.Problem is { } problem ? RemoteServer.As<Problem>(problem) : null,
        WaitsFor = run.WaitsFor is { } ahead ? RunId.Parse(ahead) : null,
    };
}
