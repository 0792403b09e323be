using System.Collections.Immutable;
using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Rendering;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Pipelines.Graph;
using DataGrid.Silo;
using DataGrid.Silo.Owner;
using DataGrid.Storage.Delta;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid run DIR</c>: runs a project in one embedded silo and shows how it goes.</summary>
internal sealed class RunCommand : ICommandDefinition
{
    private readonly Argument<string> _directory = ProjectArgument.Create();
    private readonly Option<string[]> _select = SelectOption.Create();
    private readonly Option<bool> _fullRefresh = new("--full-refresh") { Description = "Let append and merge begin anew" };
    private readonly Option<string[]> _parameters = ParameterOption.Create();

    private readonly Option<bool> _cluster = new("--cluster") { Description = "Give the run to silos that run on the root, on this machine and as this user; it goes on when this command goes away" };
    private readonly Option<string?> _memory = EngineOption.CreateMemory();
    private readonly Option<int?> _threads = EngineOption.CreateThreads();

    public IReadOnlyList<string> Examples =>
    [
        "datagrid run examples/flights",
        "datagrid run examples/flights --select +gold.delay_by_airport",
        "datagrid run shop --param day=2024-05-06 --json",
        "datagrid run shop --cluster --root cluster",
    ];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("run", "Run a project: make its datasets, check them, publish them") { _directory, _select, _fullRefresh, _parameters, _cluster, _memory, _threads };
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var directory = context.Get(_directory);
        var parameters = ParameterOption.Parse(context.Get(_parameters));
        var root = Root.ForProject(context, directory);
        if (!File.Exists(Path.Combine(directory, Root.ProjectFile))) return (await ProjectArgument.CompileAsync(context, directory, stop).ConfigureAwait(false)).ExitCode;
        if (context.Get(_cluster)) return await RunRemotelyAsync(context, directory, root, parameters, stop).ConfigureAwait(false);
        // Compiling and starting have nothing to do with each other: the silo starts meanwhile.
        var share = new SnapshotShare();
        var starting = Services.StartSiloAsync(root, EngineOption.Read(context, _memory, _threads), null, stop, share);
        try
        {
            var (spec, code) = await ProjectArgument.CompileAsync(context, directory, stop, share).ConfigureAwait(false);
            PhaseTimes.Tell("compiled");
            return spec is null ? code : await RunAsync(context, spec, root, parameters, starting, stop).ConfigureAwait(false);
        }
        finally
        {
            await DisposeAsync(starting).ConfigureAwait(false);
            PhaseTimes.Tell("stopped");
        }
    }

    private async Task<int> RunAsync(
        CommandContext context, PipelineSpec spec, string root, ImmutableSortedDictionary<string, string> parameters, Task<EmbeddedSilo> starting, CancellationToken stop)
    {
        var (request, selection) = RequestOf(context, spec, parameters);
        if (!selection.Problems.IsEmpty) return context.Fail(selection.Problems);
        var silo = await starting.ConfigureAwait(false);
        LastRoot.Remember(root);
        ReportRecovered(context, silo.Recovered);
        return await FollowAsync(context, spec, root, selection.Steps, request, silo, stop).ConfigureAwait(false);
    }

    private async Task<int> RunRemotelyAsync(CommandContext context, string directory, string root, ImmutableSortedDictionary<string, string> parameters, CancellationToken stop)
    {
        var silos = new RemoteSilos(root, new OwnerClientOptions(), context.Time);
        if (!await silos.AreThereAsync(stop).ConfigureAwait(false))
            return context.Fail(new Problem { Code = ErrorCodes.StoreUnavailable, Message = $"no silo of this machine and user runs on {root}", Help = $"start some with datagrid up --silos 3 --root {root}; silos elsewhere are given work by this command where they run" });
        var (spec, code) = await ProjectArgument.CompileAsync(context, directory, stop).ConfigureAwait(false);
        if (spec is null) return code;
        var (request, selection) = RequestOf(context, spec, parameters);
        if (!selection.Problems.IsEmpty) return context.Fail(selection.Problems);
        LastRoot.Remember(root);
        return await FollowAsync(context, spec, root, selection.Steps, request, silos, stop).ConfigureAwait(false);
    }

    private (RunRequest Request, SelectionOutcome Selection) RequestOf(CommandContext context, PipelineSpec spec, ImmutableSortedDictionary<string, string> parameters)
    {
        var selectors = context.Get(_select) ?? [];
        var selection = Selection.Resolve(spec, selectors);
        return (new RunRequest
        {
            Fingerprint = spec.Fingerprint,
            ProjectDirectory = spec.ProjectDirectory,
            Selected = selectors.Length == 0 ? [] : [.. selection.Steps.Select(static step => step.Name)],
            FullRefresh = context.Get(_fullRefresh),
            ParameterValues = parameters,
        }, selection);
    }

    private static async Task<int> FollowAsync(
        CommandContext context, PipelineSpec spec, string root, ImmutableArray<StepSpec> steps, RunRequest request, IRunService silo, CancellationToken stop)
    {
        var submitted = await silo.SubmitAsync(spec, request).ConfigureAwait(false);
        if (submitted.Run is not { } run) return context.Fail(submitted.Problems);
        PhaseTimes.Tell("submitted");
        var progress = RunProgress.Create(context, [.. steps.Select(ProgressStep.Of)], "Ctrl-C stops cleanly");
        RunRecord record;
        await using (progress.ConfigureAwait(false))
        {
            record = await RunWatch.ToTheEndAsync(silo, run, progress, stop).ConfigureAwait(false);
        }
        PhaseTimes.Tell("run-ended");
        if (context.IsJson) context.WriteJsonLine(record);
        else new RunSummaryWriter(context.Terminal, RunPlace.In(root)).Write(record, spec.Warnings);
        return ExitCodeOf(record, stop);
    }

    /// <summary>Ends a silo that may never have started; why it did not was said, or mattered less than what was said.</summary>
    private static async Task DisposeAsync(Task<EmbeddedSilo> starting)
    {
        await ((Task)starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (starting.IsCompletedSuccessfully) await (await starting.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }

    private static void ReportRecovered(CommandContext context, ImmutableArray<RunRecord> recovered)
    {
        foreach (var run in recovered)
        {
            context.Terminal.Error.WriteLine(run.Status == RunStatus.Abandoned
                ? $"run {run.Run} had ended without publishing; it was given up"
                : $"run {run.Run} had been interrupted while publishing; it was finished ({RunWords.Of(run.Status)})");
        }
    }

    private static int ExitCodeOf(RunRecord run, CancellationToken stop)
    {
        if (run.Status == RunStatus.Succeeded) return 0;
        if (run.Status == RunStatus.Cancelled && stop.IsCancellationRequested) return ErrorCodes.Find(ErrorCodes.Interrupted).ExitCode;
        return ErrorCodes.Find(run.Problem?.Code ?? ErrorCodes.RunFailed).ExitCode;
    }
}
