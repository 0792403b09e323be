using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Rendering;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid logs RUN</c>: what happened in a run.</summary>
internal sealed class LogsCommand : ICommandDefinition
{
    private readonly Argument<string> _run = RunArgument.Create();

    public IReadOnlyList<string> Examples => ["datagrid logs last", "datagrid logs 20261120-131502-7f3a0c11 --json"];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("logs", "Show what happened in a run") { _run };
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var root = Root.ForReading(context);
        var reader = Services.OpenReader(root);
        using (reader)
        {
            var text = context.Get(_run);
            var run = await RunArgument.FindAsync(reader, text, stop).ConfigureAwait(false);
            var log = await RunFiles.FindAsync(reader, run, stop).ConfigureAwait(false) ?? throw RunArgument.Unknown(text);
            if (context.IsJson) context.WriteJson(log);
            else RunLogWriter.Write(context.Terminal, root, log);
            return 0;
        }
    }
}
