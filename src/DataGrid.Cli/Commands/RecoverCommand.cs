using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Rendering;
using DataGrid.Engine.Sessions;
using DataGrid.Silo;
using DataGrid.Silo.Owner;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid recover</c>: rebuilds metadata from the tables' store, and finishes or gives up runs that had no end.</summary>
internal sealed class RecoverCommand : ICommandDefinition
{
    public IReadOnlyList<string> Examples => ["datagrid recover", "datagrid recover --root cluster --json"];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("recover", "Rebuild lost or restored metadata from the store; finish or give up runs that have no end");
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var root = Root.ForReading(context);
        var reply = await new OwnerClient(root, new OwnerClientOptions(), context.Time).AskAsync(new OwnerRequest { Command = OwnerCommand.Recover }, stop).ConfigureAwait(false);
        if (reply?.Problem is { } problem) return context.Fail(problem);
        var outcome = reply?.Recovered ?? await OwnAsync(root, stop).ConfigureAwait(false);
        if (context.IsJson)
        {
            context.WriteJson(outcome);
            return 0;
        }

        foreach (var pipeline in outcome.Pipelines) await context.Terminal.Out.WriteLineAsync($"pipeline {pipeline} is known again").ConfigureAwait(false);
        foreach (var run in outcome.Runs) await context.Terminal.Out.WriteLineAsync($"run {run.Run} of {run.Pipeline}: {RunWords.Of(run.Status)}").ConfigureAwait(false);
        if (outcome.Pipelines.IsEmpty && outcome.Runs.IsEmpty) await context.Terminal.Out.WriteLineAsync("nothing was lost").ConfigureAwait(false);
        return 0;
    }

    // Where nobody runs, this process owns the root for a moment; starting already finishes or gives up what an earlier process left.
    private static async Task<RecoveryOutcome> OwnAsync(string root, CancellationToken stop)
    {
        var silo = await Services.StartSiloAsync(root, new EngineOptions { WarmInstances = 0 }, null, stop).ConfigureAwait(false);
        await using (silo.ConfigureAwait(false))
        {
            var outcome = await silo.RebuildAsync(stop).ConfigureAwait(false);
            return outcome with { Runs = [.. silo.Recovered, .. outcome.Runs.Where(run => silo.Recovered.All(other => other.Run != run.Run))] };
        }
    }
}
