using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Lineage;
using DataGrid.Core.Lineage;
using DataGrid.Core.Pipelines;
using DataGrid.Gateway.Datasets;
using DataGrid.Gateway.Http;
using DataGrid.Gateway.Pipelines;
using DataGrid.Gateway.Runs;

namespace DataGrid.Gateway.Lineage;

/// <summary>Answers where data comes from and where it goes, whatever way people ask.</summary>
internal sealed class LineageService(WorkspacePorts ports, GatewayOptions options, DatasetService datasets, RunQueries runs, PipelineService pipelines)
{
    /// <summary>The graph around a dataset or column.</summary>
    public async Task<LineageView> WalkAsync(string target, LineageDirection direction, int depth, long? version, CancellationToken cancellationToken)
    {
        if (version is not { } number)
        {
            var node = await NodeAsync(target, ports.Index.ReadGraphAsync, cancellationToken);
            return await ports.Index.ReadGraphAsync(graph => Around(graph, node, direction, depth), cancellationToken);
        }
        var past = LineageGraph.Of(await ports.Lineage.LineageAtAsync(Split(target).Dataset, number, cancellationToken));
        var start = await NodeAsync(target, (read, _) => Task.FromResult(read(past)), cancellationToken);
        return Around(past, start, direction, depth) with { Version = version };
    }

    /// <summary>What a change of a dataset or column would touch.</summary>
    public async Task<LineageImpact> ImpactAsync(string target, CancellationToken cancellationToken)
    {
        var start = await NodeAsync(target, ports.Index.ReadGraphAsync, cancellationToken);
        var known = (await ports.Index.ListAsync(cancellationToken)).ToDictionary(static dataset => dataset.Name);
        var (values, all) = await ports.Index.ReadGraphAsync(graph => (graph.Reach(start, static edge => edge.IsDirect), graph.Reach(start, static _ => true)), cancellationToken);
        var touched = all.Where(found => found.Key.Dataset != start.Dataset).GroupBy(static found => found.Key.Dataset)
            .Select(group => new ImpactedDataset
            {
                Dataset = group.Key,
                Distance = group.Min(static found => found.Value),
                Pipeline = known.GetValueOrDefault(group.Key)?.Pipeline,
                Owner = known.GetValueOrDefault(group.Key)?.Owner,
                Values = [.. group.Where(found => values.ContainsKey(found.Key)).Select(static found => found.Key.Column).OfType<string>().Order(StringComparer.Ordinal)],
                Influenced = [.. group.Where(found => !values.ContainsKey(found.Key)).Select(static found => found.Key.Column).OfType<string>().Order(StringComparer.Ordinal)],
            })
            .OrderBy(static dataset => dataset.Distance).ThenBy(static dataset => dataset.Dataset).ToList();
        return new LineageImpact { Target = start.ToString(), Datasets = [.. touched.Take(options.MaxLineageEdges)], IsTruncated = touched.Count > options.MaxLineageEdges };
    }

    /// <summary>A shortest way from one to another; no edges when there is none.</summary>
    public async Task<LineageView> PathAsync(string from, string to, CancellationToken cancellationToken)
    {
        var start = await NodeAsync(from, ports.Index.ReadGraphAsync, cancellationToken);
        var end = await NodeAsync(to, ports.Index.ReadGraphAsync, cancellationToken);
        if (start.Column is null != end.Column is null) throw ApiFaults.Usage("one end is a column and the other a whole dataset", "name two columns, or two datasets");
        return await ports.Index.ReadGraphAsync(
            graph =>
            {
                // A way of values says more than one of filters and groups that may be as short.
                var values = new LineageGraph(graph.Walk(start, isDownstream: true, int.MaxValue).Where(static edge => edge.IsDirect)).FindPath(start, end);
                return View(values.Count > 0 ? values : graph.FindPath(start, end), start) with { Target = end.ToString() };
            },
            cancellationToken);
    }

    /// <summary>What the steps of a run read, column by column.</summary>
    public async Task<LineageView> OfRunAsync(RunId run, CancellationToken cancellationToken)
    {
        var record = await runs.GetAsync(run, cancellationToken);
        var (_, spec) = await pipelines.FindAsync(record.Pipeline, record.Request.Fingerprint, cancellationToken);
        var selected = record.Request.Selected.ToHashSet();
        var made = spec.Steps.Where(step => selected.Count == 0 || selected.Contains(step.Name)).ToList();
        var graph = LineageGraph.Of(made.Select(static step => new DatasetLineage(step.Name, step.Reads, step.Lineage)));
        return View([.. made.SelectMany(step => graph.Step(new LineageNode(step.Name, null), isDownstream: false))], null);
    }

    private LineageView Around(LineageGraph graph, LineageNode start, LineageDirection direction, int depth)
    {
        var edges = new List<LineageEdge>();
        if (direction != LineageDirection.Downstream) edges.AddRange(graph.Walk(start, isDownstream: false, depth));
        if (direction != LineageDirection.Upstream) edges.AddRange(graph.Walk(start, isDownstream: true, depth));
        return View(edges, start) with { Target = start.ToString() };
    }

    /// <summary>A dataset without edges is fine; one that does not exist, or a column that it does not have, is a mistake.</summary>
    private async Task<LineageNode> NodeAsync(string target, Func<Func<LineageGraph, LineageNode?>, CancellationToken, Task<LineageNode?>> look, CancellationToken cancellationToken)
    {
        var (dataset, column) = Split(target);
        if (await look(graph => graph.Find(dataset, column), cancellationToken) is { } found) return found;
        var detail = await datasets.FindAsync(dataset, cancellationToken);
        if (column is null) return new LineageNode(dataset, null);
        if (detail.Columns.FirstOrDefault(known => string.Equals(known.Name, column, StringComparison.OrdinalIgnoreCase)) is { } spelt) return new LineageNode(dataset, spelt.Name);
        var near = NearestName.Find(column, detail.Columns.Select(static known => known.Name));
        throw new DataGridException(new Problem
        {
            Code = ErrorCodes.ColumnUnknown,
            Message = $"{dataset} has no column {column}",
            Help = near is null ? $"it has {string.Join(", ", detail.Columns.Select(static known => known.Name))}" : $"did you mean {near}?",
            Dataset = dataset.ToString(),
        });
    }

    private LineageView View(IReadOnlyList<LineageEdge> edges, LineageNode? start)
    {
        var shown = edges.Distinct().Take(options.MaxLineageEdges).ToList();
        var nodes = shown.SelectMany(static edge => new[] { edge.From, edge.To }).Concat(start is { } begin ? [begin] : []).Distinct();
        return new LineageView
        {
            Nodes = [.. nodes.Select(static node => new LineageNodeView(node.ToString(), node.Dataset, node.Column)).OrderBy(static node => node.Id, StringComparer.Ordinal)],
            Edges = [.. shown.Select(static edge => new LineageEdgeView(edge.From.ToString(), edge.To.ToString(), edge.Kind, edge.IsDirect))],
            IsTruncated = edges.Count > shown.Count && shown.Count == options.MaxLineageEdges,
        };
    }

    private static (DatasetName Dataset, string? Column) Split(string text)
    {
        var parts = text.Split('.', 3);
        return parts.Length == 3 ? (ApiNames.Parse<DatasetName>($"{parts[0]}.{parts[1]}"), parts[2]) : (ApiNames.Parse<DatasetName>(text), null);
    }
}
