using System.CommandLine;
using DataGrid.Cli.Hosting;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid cancel RUN</c>: stops a run of another process.</summary>
internal sealed class CancelCommand : ICommandDefinition
{
    private readonly Argument<string> _run = RunArgument.Create();

    public IReadOnlyList<string> Examples => ["datagrid cancel last", "datagrid cancel 20261120-131502-7f3a0c11 --root examples/flights"];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("cancel", "Stop a run; it leaves nothing behind") { _run };
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var root = Root.ForReading(context);
        var text = context.Get(_run);
        var reader = Services.OpenReader(root);
        await using (reader.ConfigureAwait(false))
        {
            var run = await RunArgument.FindAsync(reader, text, stop).ConfigureAwait(false);
            var answer = await Services.CancelAsync(root, run, stop).ConfigureAwait(false);
            if (context.IsJson) context.WriteJson(answer);
            else await context.Terminal.Out.WriteLineAsync(answer.Message).ConfigureAwait(false);
            return answer.IsCancelled ? 0 : 1;
        }
    }
}
