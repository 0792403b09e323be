using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Remote;
using DataGrid.Cli.Rendering;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid runs</c>: past and present runs.</summary>
internal sealed class RunsCommand : ICommandDefinition
{
    private readonly Option<int> _limit = new("--limit", "-n") { Description = "At most this many runs", HelpName = "N", DefaultValueFactory = static _ => 20 };

    public IReadOnlyList<string> Examples => ["datagrid runs", "datagrid runs --root examples/flights --json", "datagrid runs --server http://localhost:8321"];

    public Command Build(ActionWrapper wrap)
    {
        var command = ServerOption.AddTo(new Command("runs", "List runs, newest first") { _limit });
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        if (RemoteServer.IsAsked(context)) return await RemoteServer.RunAsync(context, server => RemoteRuns.ListAsync(context, server, context.Get(_limit), stop)).ConfigureAwait(false);
        var reader = Services.OpenReader(Root.ForReading(context));
        using (reader)
        {
            var runs = await RunFiles.NewestAsync(reader, context.Get(_limit), stop).ConfigureAwait(false);
            if (context.IsJson) context.WriteJson(runs);
            else HistoryWriter.Write(context.Terminal, [.. runs.Select(static run => (run, run.Steps.Length))]);
            return 0;
        }
    }
}
