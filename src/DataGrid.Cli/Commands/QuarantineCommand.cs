using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Rendering;
using DataGrid.Contracts.Datasets;
using DataGrid.Silo.Reading;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid quarantine [NAME]</c>: rows that were held back, with why.</summary>
internal sealed class QuarantineCommand : ICommandDefinition
{
    private const long DefaultRows = 20;
    private readonly Argument<string?> _name = DatasetArgument.CreateOptional("A dataset, to see its rows; without one, which datasets have any");
    private readonly Option<long> _limit = new("--limit", "-n") { Description = "At most this many rows; 0 for all", HelpName = "ROWS", DefaultValueFactory = static _ => DefaultRows };

    public IReadOnlyList<string> Examples => ["datagrid quarantine", "datagrid quarantine silver.airports", "datagrid quarantine silver.airports --json --limit 0"];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("quarantine", "Show the rows that a check held back, and why") { _name, _limit };
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var name = CommandContext.ParseOptionalDataset(context.GetOptional(_name));
        var reader = Services.OpenReader(Root.ForReading(context));
        using (reader)
        {
            if (name is { } known) return await ShowRowsAsync(context, reader, known, stop).ConfigureAwait(false);
            var all = await reader.ListAsync(stop).ConfigureAwait(false);
            List<DatasetSummary> held = [.. all.Where(static dataset => dataset.Kind == DatasetKind.Quarantine && dataset.Rows > 0)];
            if (context.IsJson) context.WriteJson(held);
            else if (held.Count == 0) await context.Terminal.Out.WriteLineAsync("nothing is in quarantine").ConfigureAwait(false);
            else CatalogWriter.Write(context.Terminal, held);
            return 0;
        }
    }

    private async Task<int> ShowRowsAsync(CommandContext context, WorkspaceReader reader, DatasetName name, CancellationToken stop)
    {
        var quarantine = name.Quarantine;
        if (await reader.FindAsync(quarantine, stop).ConfigureAwait(false) is null)
        {
            // The dataset itself must exist; that nothing was ever held back is good news.
            if (!name.IsQuarantine) await Lookup.DatasetAsync(reader, name, stop).ConfigureAwait(false);
            if (context.IsJson) context.WriteJson(Array.Empty<string>());
            else await context.Terminal.Out.WriteLineAsync($"nothing of {name} is in quarantine").ConfigureAwait(false);
            return 0;
        }
        var limit = context.Get(_limit);
        var request = new QueryRequest { Sql = $"SELECT * FROM {quarantine.Namespace}.{quarantine.Name}", MaxRows = limit > 0 ? limit : null };
        var engine = Services.OpenEngine(reader);
        await using (engine.ConfigureAwait(false))
        {
            using var plan = await engine.PlanAsync(request, stop).ConfigureAwait(false);
            return plan.Spec is { } spec
                ? await RowsWriter.WriteAsync(context, engine.Executor, spec, stop).ConfigureAwait(false)
                : context.Fail(plan.Problems);
        }
    }
}
