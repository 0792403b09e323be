using System.CommandLine;
using DataGrid.Cli.Remote;
using DataGrid.Client.Runs;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid submit DIR</c>: gives a project to a server, which runs it.</summary>
internal sealed class SubmitCommand : ICommandDefinition
{
    private readonly Argument<string> _directory = ProjectArgument.Create();
    private readonly Option<string[]> _select = SelectOption.Create();
    private readonly Option<bool> _fullRefresh = new("--full-refresh") { Description = "Let append and merge begin anew" };
    private readonly Option<string[]> _parameters = ParameterOption.Create();
    private readonly Option<bool> _watch = new("--watch", "-w") { Description = "Show how the run goes until it has ended; Ctrl-C leaves it running" };

    public IReadOnlyList<string> Examples =>
    [
        "datagrid submit shop --server http://localhost:8321 --watch",
        "datagrid submit examples/flights --server http://one:8321,http://two:8321 --select +gold.delay_by_airport",
    ];

    public Command Build(ActionWrapper wrap)
    {
        var command = ServerOption.AddTo(new Command("submit", "Send a project to a server and start a run of it there") { _directory, _select, _fullRefresh, _parameters, _watch });
        command.SetAction(wrap((context, stop) => RemoteServer.RunAsync(context, server => RemoteRuns.SubmitAsync(context, server, context.Get(_directory), new RunStart
        {
            Select = context.Get(_select) ?? [],
            FullRefresh = context.Get(_fullRefresh),
            Parameters = ParameterOption.Parse(context.Get(_parameters)),
        }, context.Get(_watch), stop))));
        return command;
    }
}
