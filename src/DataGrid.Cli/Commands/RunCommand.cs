using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Rendering;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid run DIR</c>: runs a project in one embedded silo and shows how it goes.</summary>
internal sealed class RunCommand : ICommandDefinition
{
    private readonly Argument<string> _directory = ProjectArgument.Create();
    private readonly Option<string[]> _select = SelectOption.Create();
    private readonly Option<bool> _fullRefresh = new("--full-refresh") { Description = "Let append and merge begin anew" };
    private readonly Option<string[]> _parameters = ParameterOption.Create();

    public IReadOnlyList<string> Examples =>
    [
        "datagrid run examples/flights",
        "datagrid run examples/flights --select +gold.delay_by_airport",
        "datagrid run shop --param day=2024-05-06 --json",
    ];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("run", "Run a project: make its datasets, check them, publish them") { _directory, _select, _fullRefresh, _parameters };
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var directory = context.Get(_directory);
        var request = new RunRequest
        {
            Select = [.. context.Get(_select) ?? []],
            FullRefresh = context.Get(_fullRefresh),
            Parameters = ParameterOption.Parse(context.Get(_parameters)),
        };
        var root = Root.ForProject(context, directory);
        var (spec, code) = await ProjectArgument.CompileAsync(context, directory, stop).ConfigureAwait(false);
        if (spec is null) return code;

        var host = await Services.StartHostAsync(root, stop).ConfigureAwait(false);
        await using (host.ConfigureAwait(false))
        {
            var run = await host.SubmitAsync(spec, request, stop).ConfigureAwait(false);
            var report = await WatchAsync(context, host, run, root, spec, stop).ConfigureAwait(false);
            return ExitCodeOf(report, stop);
        }
    }

    /// <summary>Shows events until the run has ended. The first Ctrl-C asks the run to stop and goes on watching, so that nothing is left half done.</summary>
    private static async Task<RunReport?> WatchAsync(CommandContext context, IRunHost host, RunId run, string root, PipelineSpec spec, CancellationToken stop)
    {
        using var ended = new CancellationTokenSource();
        var cancel = CancelWhenStoppedAsync(host, run, stop, ended.Token);
        RunReport? report = null;
        var progress = RunProgress.Create(context, spec);
        await using (progress.ConfigureAwait(false))
        {
            await foreach (var happened in host.WatchAsync(run, CancellationToken.None).ConfigureAwait(false))
            {
                progress.Show(happened);
                report = happened.Outcome ?? report;
            }
        }
        await ended.CancelAsync().ConfigureAwait(false);
        if (await cancel.ConfigureAwait(false) is false)
            await context.Terminal.Error.WriteLineAsync("it was publishing already, and finished").ConfigureAwait(false);
        if (report is not null && !context.IsJson) new RunSummaryWriter(context.Terminal, root).Write(report, spec.Warnings);
        return report;
    }

    // Null when nobody asked to stop; otherwise whether the run could still be cancelled.
    private static async Task<bool?> CancelWhenStoppedAsync(IRunHost host, RunId run, CancellationToken stop, CancellationToken ended)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (stop.Register(asked.SetResult))
        using (ended.Register(() => asked.TrySetCanceled(ended)))
        {
            try
            {
                await asked.Task.ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                return null;
            }
        }
        return await host.CancelAsync(run).ConfigureAwait(false);
    }

    private static int ExitCodeOf(RunReport? report, CancellationToken stop)
    {
        if (report is null) return ErrorCodes.Find(ErrorCodes.Internal).ExitCode;
        if (report.Outcome == "succeeded") return 0;
        if (stop.IsCancellationRequested && report.Outcome == "cancelled") return ErrorCodes.Find(ErrorCodes.Interrupted).ExitCode;
        var first = report.Problems.Concat(report.Steps.Select(static step => step.Problem).OfType<Problem>()).FirstOrDefault(static problem => !problem.IsWarning);
        return first?.Kind.ExitCode ?? ErrorCodes.Find(ErrorCodes.RunFailed).ExitCode;
    }
}
