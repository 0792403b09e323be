using System.Collections.Immutable;
using DataGrid.Cli.Commands;
using DataGrid.Cli.Rendering;
using DataGrid.Client.Datasets;
using DataGrid.Client.Lineage;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Lineage;
using DatasetDetail = DataGrid.Contracts.Datasets.DatasetDetail;
using DatasetSummary = DataGrid.Contracts.Datasets.DatasetSummary;
using DatasetVersion = DataGrid.Contracts.Datasets.DatasetVersion;
using LineageEdge = DataGrid.Core.Lineage.LineageEdge;
using LineageGraph = DataGrid.Core.Lineage.LineageGraph;
using LineageNode = DataGrid.Core.Lineage.LineageNode;

namespace DataGrid.Cli.Remote;

/// <summary>The datasets of a server, and where they come from.</summary>
internal static class RemoteCatalog
{
    public static async Task<int> ListAsync(CommandContext context, RemoteServer server, CancellationToken stop)
    {
        var found = new List<Client.Datasets.DatasetSummary>();
        await foreach (var dataset in server.Client.Datasets.ListAsync(new DatasetFilter(), stop).ConfigureAwait(false)) found.Add(dataset);
        var datasets = RemoteServer.As<ImmutableArray<DatasetSummary>>(found);
        if (context.IsJson) context.WriteJson(datasets);
        else CatalogWriter.Write(context.Terminal, datasets);
        return 0;
    }

    public static async Task<int> ShowAsync(CommandContext context, RemoteServer server, DatasetName name, CancellationToken stop)
    {
        var detail = RemoteServer.As<DatasetDetail>(await server.Client.Datasets.GetAsync(name.ToString(), stop).ConfigureAwait(false));
        if (context.IsJson) context.WriteJson(detail);
        else CatalogWriter.Write(context.Terminal, detail);
        return 0;
    }

    public static async Task<int> HistoryAsync(CommandContext context, RemoteServer server, DatasetName name, int limit, CancellationToken stop)
    {
        var found = new List<Client.Datasets.DatasetVersion>();
        await foreach (var version in server.Client.Datasets.ListVersionsAsync(name.ToString(), stop).ConfigureAwait(false))
        {
            if (found.Count >= limit) break;
            found.Add(version);
        }
        var versions = RemoteServer.As<ImmutableArray<DatasetVersion>>(found);
        if (context.IsJson) context.WriteJson(versions);
        else HistoryWriter.Write(context.Terminal, versions);
        return 0;
    }

    public static async Task<int> RollbackAsync(CommandContext context, RemoteServer server, DatasetName name, long version, bool isDryRun, CancellationToken stop)
    {
        var done = RemoteServer.As<MaintenanceReply>(await server.Client.Datasets.RollbackAsync(name.ToString(), version, isDryRun, null, stop).ConfigureAwait(false));
        return await Maintenance.WriteAsync(context, name, isDryRun, done).ConfigureAwait(false);
    }

    public static async Task<int> LineageAsync(CommandContext context, RemoteServer server, LineageQuestion asked, CancellationToken stop)
    {
        var target = new LineageNode(asked.Dataset, asked.Column);
        var edges = new List<LineageEdge>();
        foreach (var isDownstream in asked.Directions)
        {
            var direction = isDownstream ? LineageDirection.Downstream : LineageDirection.Upstream;
            var found = await server.Client.Lineage.WalkAsync(target.ToString(), direction, asked.Depth, null, stop).ConfigureAwait(false);
            var nodes = found.Nodes.ToDictionary(static node => node.Id, static node => new LineageNode(DatasetName.Parse(node.Dataset), node.Column), StringComparer.Ordinal);
            edges.AddRange(found.Edges.Select(edge => new LineageEdge(nodes[edge.From], nodes[edge.To], edge.Kind is { } kind ? RemoteServer.As<LineageKind>(kind) : null)));
        }
        var graph = new LineageGraph(edges.Distinct());
        LineageCommand.Write(context, asked, graph, graph.Find(asked.Dataset, asked.Column) ?? target, edges);
        return 0;
    }
}
