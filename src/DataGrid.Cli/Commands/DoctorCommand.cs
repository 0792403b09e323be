using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Rendering;
using DataGrid.Contracts.Errors;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid doctor</c>: what is missing on this machine, and how to get it.</summary>
internal sealed class DoctorCommand : ICommandDefinition
{
    public IReadOnlyList<string> Examples => ["datagrid doctor", "datagrid doctor --root examples/flights --json"];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("doctor", "Look for what is missing on this machine, and say how to get it");
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var findings = await Doctor.ExamineAsync(context, stop).ConfigureAwait(false);
        var isHealthy = findings.All(static finding => finding.IsGood || !finding.IsNeeded);
        if (context.IsJson)
        {
            context.WriteJson(findings);
        }
        else
        {
            var paint = new Paint(context.Terminal.HasColor);
            foreach (var finding in findings)
            {
                var sign = finding.IsGood ? paint.Green("ok     ") : finding.IsNeeded ? paint.Red("missing") : paint.Yellow("note   ");
                await context.Terminal.Out.WriteLineAsync($"{sign}  {finding.What}: {SafeText.Of(finding.Found)}").ConfigureAwait(false);
                if (finding.Help is { } help) await context.Terminal.Out.WriteLineAsync($"           {help}").ConfigureAwait(false);
            }
        }
        return isHealthy ? 0 : ErrorCodes.Find(ErrorCodes.EnvironmentIncomplete).ExitCode;
    }
}
