using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Rendering;
using DataGrid.Core.Pipelines.Graph;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid plan DIR</c>: what a run would do.</summary>
internal sealed class PlanCommand : ICommandDefinition
{
    private readonly Argument<string> _directory = ProjectArgument.Create();
    private readonly Option<string[]> _select = SelectOption.Create();

    public IReadOnlyList<string> Examples => ["datagrid plan examples/flights", "datagrid plan examples/flights --select silver.flights+ --json"];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("plan", "Show what a run would do, what changes, and how much it reads") { _directory, _select };
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var directory = context.Get(_directory);
        var (spec, code) = await ProjectArgument.CompileAsync(context, directory, stop).ConfigureAwait(false);
        if (spec is null) return code;
        var selection = Selection.Resolve(spec, context.Get(_select) ?? []);
        if (!selection.Problems.IsEmpty) return context.Fail(selection.Problems);
        using var reader = Services.OpenReaderIfThere(Root.ForProject(context, directory));
        var plan = await Services.CreateProjects(reader).PlanAsync(spec, selection.Steps, stop).ConfigureAwait(false);
        if (context.IsJson) context.WriteJson(plan);
        else new PlanWriter(context.Terminal).Write(plan);
        return 0;
    }
}
