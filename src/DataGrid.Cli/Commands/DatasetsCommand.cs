using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Remote;
using DataGrid.Cli.Rendering;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid datasets [NAME]</c>: the catalog, or one dataset.</summary>
internal sealed class DatasetsCommand : ICommandDefinition
{
    private readonly Argument<string?> _name = DatasetArgument.CreateOptional("A dataset, to see its columns, checks and files");

    public IReadOnlyList<string> Examples => ["datagrid datasets", "datagrid datasets silver.flights", "datagrid datasets --json | jq '.[].name'"];

    public Command Build(ActionWrapper wrap)
    {
        var command = ServerOption.AddTo(new Command("datasets", "List the datasets, or show one") { _name });
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var name = CommandContext.ParseOptionalDataset(context.GetOptional(_name));
        if (RemoteServer.IsAsked(context))
        {
            return await RemoteServer.RunAsync(context, server => name is { } one
                ? RemoteCatalog.ShowAsync(context, server, one, stop)
                : RemoteCatalog.ListAsync(context, server, stop)).ConfigureAwait(false);
        }
        var reader = Services.OpenReader(Root.ForReading(context));
        using (reader)
        {
            if (name is { } known)
            {
                var detail = await Lookup.DatasetAsync(reader, known, stop).ConfigureAwait(false);
                if (context.IsJson) context.WriteJson(detail);
                else CatalogWriter.Write(context.Terminal, detail);
                return 0;
            }
            var datasets = await reader.ListAsync(stop).ConfigureAwait(false);
            if (context.IsJson) context.WriteJson(datasets);
            else CatalogWriter.Write(context.Terminal, datasets);
            return 0;
        }
    }
}
