using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Remote;
using DataGrid.Cli.Rendering;
using DataGrid.Contracts.Errors;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid logs RUN</c>: what happened in a run.</summary>
internal sealed class LogsCommand : ICommandDefinition
{
    private readonly Argument<string> _run = RunArgument.Create();

    private readonly Option<bool> _watch = new("--watch", "-w") { Description = "With --server: show how it goes until it has ended; Ctrl-C leaves it running" };

    public IReadOnlyList<string> Examples => ["datagrid logs last", "datagrid logs last --watch --server http://localhost:8321", "datagrid logs 20261120-131502-7f3a0c11 --json"];

    public Command Build(ActionWrapper wrap)
    {
        var command = ServerOption.AddTo(new Command("logs", "Show what happened in a run") { _run, _watch });
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var isWatched = context.Get(_watch);
        if (RemoteServer.IsAsked(context))
        {
            return await RemoteServer.RunAsync(context, server => isWatched
                ? RemoteRuns.WatchAsync(context, server, context.Get(_run), stop)
                : RemoteRuns.LogAsync(context, server, context.Get(_run), stop)).ConfigureAwait(false);
        }
        if (isWatched) return context.Fail(new Problem { Code = ErrorCodes.UsageInvalid, Message = "only a server's runs can be watched", Help = "give --server, or leave --watch out" });
        var root = Root.ForReading(context);
        var reader = Services.OpenReader(root);
        using (reader)
        {
            var text = context.Get(_run);
            var run = await RunArgument.FindAsync(reader, text, stop).ConfigureAwait(false);
            var log = await RunFiles.FindAsync(reader, run, stop).ConfigureAwait(false) ?? throw RunArgument.Unknown(text);
            if (context.IsJson) context.WriteJson(log);
            else RunLogWriter.Write(context.Terminal, RunPlace.In(root), log);
            return 0;
        }
    }
}
