using DataGrid.Contracts.Lineage;
using DataGrid.Core.Lineage;

namespace DataGrid.Cli.Rendering;

/// <summary>Shows lineage as a tree or as Graphviz.</summary>
internal static class LineageWriter
{
    private sealed record Branch(LineageNode Node, string Kinds);

    /// <summary>Writes a tree. A node that was shown before is not unfolded again.</summary>
    public static void WriteTree(Terminal terminal, LineageGraph graph, LineageNode start, bool isDownstream, int depth)
    {
        var paint = new Paint(terminal.HasColor);
        terminal.Out.WriteLine(paint.Bold(Name(start)) + paint.Dim(isDownstream ? "  is used by" : "  comes from"));
        WriteBranches(terminal.Out, paint, graph, start, isDownstream, depth, "", [start]);
    }

    /// <summary>Writes a digraph of columns, or of datasets where no column was asked for.</summary>
    public static void WriteDot(TextWriter output, IReadOnlyList<LineageEdge> edges, bool isByColumn)
    {
        output.WriteLine("digraph lineage {");
        output.WriteLine("  rankdir=LR;");
        output.WriteLine("  node [shape=box, fontname=\"sans-serif\"];");
        var lines = edges.Select(edge => isByColumn
            ? $"  {Quote(edge.From.ToString())} -> {Quote(edge.To.ToString())} [style={(edge.IsDirect ? "solid" : "dashed")}];"
            : $"  {Quote(edge.From.Dataset.ToString())} -> {Quote(edge.To.Dataset.ToString())};");
        foreach (var line in lines.Distinct().Order(StringComparer.Ordinal)) output.WriteLine(line);
        output.WriteLine("}");
    }

    private static void WriteBranches(TextWriter output, Paint paint, LineageGraph graph, LineageNode parent, bool isDownstream, int depth, string indent,
        HashSet<LineageNode> shown)
    {
        if (depth == 0) return;
        var branches = BranchesOf(graph, parent, isDownstream);
        for (var i = 0; i < branches.Count; i++)
        {
            var branch = branches[i];
            var isLast = i == branches.Count - 1;
            var isNew = shown.Add(branch.Node);
            var again = isNew || BranchesOf(graph, branch.Node, isDownstream).Count == 0 ? "" : paint.Dim("  (above)");
            output.WriteLine($"{indent}{(isLast ? "└─ " : "├─ ")}{Name(branch.Node)}{paint.Dim(branch.Kinds)}{again}");
            if (isNew) WriteBranches(output, paint, graph, branch.Node, isDownstream, depth - 1, indent + (isLast ? "   " : "│  "), shown);
        }
    }

    private static List<Branch> BranchesOf(LineageGraph graph, LineageNode parent, bool isDownstream) =>
    [
        .. graph.Step(parent, isDownstream)
            .GroupBy(edge => (isDownstream ? edge.To : edge.From) is var end && parent.Column is null ? end with { Column = null } : end)
            .Where(group => group.Key != parent)
            .Select(group => new Branch(group.Key, parent.Column is null ? "" : "  " + string.Join(", ", group.Select(static edge => KindName(edge.Kind)).Distinct())))
            .OrderBy(static branch => branch.Node.Dataset)
            .ThenBy(static branch => branch.Node.Column, StringComparer.Ordinal),
    ];

    private static string KindName(LineageKind? kind) => kind switch
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
        _ => "is read",
    };

    private static string Name(LineageNode node) => SafeText.Of(node.ToString());

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
