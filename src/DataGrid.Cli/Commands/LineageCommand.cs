using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Remote;
using DataGrid.Cli.Rendering;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Lineage;
using DataGrid.Core.Pipelines;
using DataGrid.Silo.Reading;

namespace DataGrid.Cli.Commands;

/// <summary>What is asked about lineage.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Column">The column; null for the whole dataset.</param>
/// <param name="Directions">Whether downstream, one after the other.</param>
/// <param name="Depth">At most so many steps away.</param>
/// <param name="Format">How it is shown.</param>
internal sealed record LineageQuestion(DatasetName Dataset, string? Column, IReadOnlyList<bool> Directions, int Depth, string Format);

/// <summary><c>datagrid lineage NAME[.COLUMN]</c>: where data comes from and where it goes.</summary>
internal sealed class LineageCommand : ICommandDefinition
{
    private const int Deepest = 100;
    private readonly Argument<string> _target = DatasetArgument.Create("The dataset or column: namespace.name or namespace.name.column");
    private readonly Option<bool> _upstream = new("--upstream", "-u") { Description = "Where it comes from [default]" };
    private readonly Option<bool> _downstream = new("--downstream", "-d") { Description = "What is made of it" };
    private readonly Option<int> _depth = new("--depth") { Description = "At most this many steps away", HelpName = "N", DefaultValueFactory = static _ => Deepest };
    private readonly Option<string> _format = new("--format", "-f") { Description = "How to show it: tree, json or dot", HelpName = "FORMAT", DefaultValueFactory = static _ => "tree" };

    public IReadOnlyList<string> Examples =>
    [
        "datagrid lineage gold.scorecard",
        "datagrid lineage gold.strikes_by_month.strikes_per_100k_flights",
        "datagrid lineage raw.flights.delay --downstream",
        "datagrid lineage gold.scorecard --format dot | dot -Tsvg > lineage.svg",
    ];

    public Command Build(ActionWrapper wrap)
    {
        _format.AcceptOnlyFromAmong("tree", "json", "dot");
        var command = ServerOption.AddTo(new Command("lineage", "Show where a dataset or column comes from, or what is made of it") { _target, _upstream, _downstream, _depth, _format });
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var (dataset, column) = Split(context.Get(_target));
        var depth = context.Get(_depth);
        if (depth < 1) throw new DataGridException(new Problem { Code = ErrorCodes.UsageInvalid, Message = "--depth is less than 1", Help = "leave it out for all" });
        var isDownstream = context.Get(_downstream);
        var asked = new LineageQuestion(dataset, column, isDownstream && context.Get(_upstream) ? [false, true] : [isDownstream], depth, context.IsJson ? "json" : context.Get(_format)!);
        if (RemoteServer.IsAsked(context)) return await RemoteServer.RunAsync(context, server => RemoteCatalog.LineageAsync(context, server, asked, stop)).ConfigureAwait(false);
        var reader = Services.OpenReader(Root.ForReading(context));
        using (reader)
        {
            var graph = LineageGraph.Of(await reader.LineageOfAllAsync(stop).ConfigureAwait(false));
            var found = graph.Find(dataset, column);
            if (found is null) await FailUnknownAsync(reader, dataset, column, stop).ConfigureAwait(false);
            var start = found ?? new LineageNode(dataset, null);
            Write(context, asked, graph, start, [.. asked.Directions.SelectMany(down => graph.Walk(start, down, depth))]);
            return 0;
        }
    }

    /// <summary>Shows a walk.</summary>
    internal static void Write(CommandContext context, LineageQuestion asked, LineageGraph graph, LineageNode start, IReadOnlyList<LineageEdge> edges)
    {
        if (asked.Format == "json") context.WriteJson(edges);
        else if (asked.Format == "dot") LineageWriter.WriteDot(context.Terminal.Out, edges, asked.Column is not null);
        else foreach (var down in asked.Directions) LineageWriter.WriteTree(context.Terminal, graph, start, down, asked.Depth);
    }

    private static (DatasetName Dataset, string? Column) Split(string text)
    {
        var parts = text.Split('.', 3);
        return parts.Length == 3 ? (CommandContext.ParseDataset($"{parts[0]}.{parts[1]}"), parts[2]) : (CommandContext.ParseDataset(text), null);
    }

    // A dataset without edges is fine; one that does not exist, or a column that it does not have, is a mistake.
    private static async Task FailUnknownAsync(WorkspaceReader reader, DatasetName dataset, string? column, CancellationToken stop)
    {
        var detail = await Lookup.DatasetAsync(reader, dataset, stop).ConfigureAwait(false);
        if (column is null || detail.Columns.Any(known => string.Equals(known.Name, column, StringComparison.OrdinalIgnoreCase))) return;
        var near = NearestName.Find(column, detail.Columns.Select(static known => known.Name));
        throw new DataGridException(new Problem
        {
            Code = ErrorCodes.ColumnUnknown,
            Message = $"{dataset} has no column {column}",
            Help = near is null ? $"it has {string.Join(", ", detail.Columns.Select(static known => known.Name))}" : $"did you mean {near}?",
        });
    }
}
