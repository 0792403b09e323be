using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Remote;
using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.Silo.Owner;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid cancel RUN</c>: stops a run of another process.</summary>
internal sealed class CancelCommand : ICommandDefinition
{
    private readonly Argument<string> _run = RunArgument.Create();

    public IReadOnlyList<string> Examples => ["datagrid cancel last", "datagrid cancel 20261120-131502-7f3a0c11 --root examples/flights"];

    public Command Build(ActionWrapper wrap)
    {
        var command = ServerOption.AddTo(new Command("cancel", "Stop a run; it leaves nothing behind") { _run });
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        if (RemoteServer.IsAsked(context)) return await RemoteServer.RunAsync(context, server => RemoteRuns.CancelAsync(context, server, context.Get(_run), stop)).ConfigureAwait(false);
        var root = Root.ForReading(context);
        var text = context.Get(_run);
        var reader = Services.OpenReader(root);
        using (reader)
        {
            var run = await RunArgument.FindAsync(reader, text, stop).ConfigureAwait(false);
            var request = new OwnerRequest { Command = OwnerCommand.Cancel, Run = run, Reason = "asked by datagrid cancel" };
            var reply = await new OwnerClient(root, new OwnerClientOptions(), context.Time).AskAsync(request, stop).ConfigureAwait(false);
            if (reply?.Problem is { } problem) return context.Fail(problem);
            if (await reader.Runs.ReadAsync(run, stop).ConfigureAwait(false) is null) throw RunArgument.Unknown(run.ToString());
            // Where no process owns the root, nothing runs.
            return await WriteAsync(context, run, reply?.Cancel ?? CancelOutcome.Ended).ConfigureAwait(false);
        }
    }

    /// <summary>Says what a cancel came to.</summary>
    internal static async Task<int> WriteAsync(CommandContext context, RunId run, CancelOutcome outcome)
    {
        if (context.IsJson) context.WriteJson(new CancelDocument(run, outcome));
        else await context.Terminal.Out.WriteLineAsync(Words(outcome)).ConfigureAwait(false);
        return outcome == CancelOutcome.Cancelling ? 0 : 1;
    }

    private static string Words(CancelOutcome outcome) => outcome switch
    {
        CancelOutcome.Cancelling => "it stops; nothing of it will be published",
        CancelOutcome.Publishing => "too late: it is publishing, and will finish",
        _ => "it had ended before",
    };

    private sealed record CancelDocument(RunId Run, CancelOutcome Outcome);
}
