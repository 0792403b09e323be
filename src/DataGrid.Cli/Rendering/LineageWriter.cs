using DataGrid.Cli.Hosting;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Lineage;

namespace DataGrid.Cli.Rendering;

/// <summary>Shows lineage as a tree or as Graphviz.</summary>
internal static class LineageWriter
{
    private sealed record Branch(DatasetName Dataset, string? Column, string Kinds);

    /// <summary>Writes a tree. A node that was shown before is not unfolded again.</summary>
    public static void WriteTree(Terminal terminal, LineageGraph graph, DatasetName dataset, string? column, bool isDownstream, int depth)
    {
        var paint = new Paint(terminal.HasColor);
        terminal.Out.WriteLine(paint.Bold(Name(dataset, column)) + paint.Dim(isDownstream ? "  is used by" : "  comes from"));
        var shown = new HashSet<(DatasetName, string?)> { (dataset, column) };
        WriteBranches(terminal.Out, paint, graph, new Branch(dataset, column, ""), isDownstream, depth, "", shown);
    }

    /// <summary>Writes a digraph of columns, or of datasets where no column was asked for.</summary>
    public static void WriteDot(TextWriter output, IReadOnlyList<LineageEdge> edges, bool isByColumn)
    {
        output.WriteLine("digraph lineage {");
        output.WriteLine("  rankdir=LR;");
        output.WriteLine("  node [shape=box, fontname=\"sans-serif\"];");
        var lines = edges.Select(edge => isByColumn
            ? $"  {Quote(edge.From.ToString())} -> {Quote(edge.To.ToString())} [style={(new LineageSource(edge.From, edge.Kind).IsDirect ? "solid" : "dashed")}];"
            : $"  {Quote(edge.From.Dataset.ToString())} -> {Quote(edge.To.Dataset.ToString())};");
        foreach (var line in lines.Distinct().Order(StringComparer.Ordinal)) output.WriteLine(line);
        output.WriteLine("}");
    }

    private static void WriteBranches(TextWriter output, Paint paint, LineageGraph graph, Branch parent, bool isDownstream, int depth, string indent,
        HashSet<(DatasetName, string?)> shown)
    {
        if (depth == 0) return;
        var branches = BranchesOf(graph, parent, isDownstream);
        for (var i = 0; i < branches.Count; i++)
        {
            var branch = branches[i];
            var isLast = i == branches.Count - 1;
            var isNew = shown.Add((branch.Dataset, branch.Column));
            var again = isNew || BranchesOf(graph, branch, isDownstream).Count == 0 ? "" : paint.Dim("  (above)");
            output.WriteLine($"{indent}{(isLast ? "└─ " : "├─ ")}{Name(branch.Dataset, branch.Column)}{paint.Dim(branch.Kinds)}{again}");
            if (isNew) WriteBranches(output, paint, graph, branch, isDownstream, depth - 1, indent + (isLast ? "   " : "│  "), shown);
        }
    }

    private static List<Branch> BranchesOf(LineageGraph graph, Branch parent, bool isDownstream) =>
    [
        .. graph.Step(parent.Dataset, parent.Column, isDownstream)
            .GroupBy(edge => (isDownstream ? edge.To : edge.From) is var end && parent.Column is null ? (end.Dataset, null) : (end.Dataset, (string?)end.Column))
            .Where(group => group.Key != (parent.Dataset, parent.Column))
            .Select(group => new Branch(group.Key.Item1, group.Key.Item2, parent.Column is null ? "" : "  " + string.Join(", ", group.Select(static edge => KindName(edge.Kind)).Distinct())))
            .OrderBy(static branch => branch.Dataset)
            .ThenBy(static branch => branch.Column, StringComparer.Ordinal),
    ];

    private static string KindName(LineageKind kind) => kind switch
    {
        LineageKind.Identity => "as it is",
        LineageKind.Transformation => "computed",
        LineageKind.Aggregation => "aggregated",
        LineageKind.Join => "joins",
        LineageKind.GroupBy => "groups",
        LineageKind.Filter => "filters",
        LineageKind.Sort => "sorts",
        LineageKind.Window => "frames the window",
        LineageKind.Conditional => "decides",
        _ => kind.ToString(),
    };

    private static string Name(DatasetName dataset, string? column) => SafeText.Of(column is null ? dataset.ToString() : $"{dataset}.{column}");

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
