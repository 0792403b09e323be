using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DataGrid.Tests.Tidy;

public sealed class SizeTests
{
    private const int MaxFileLines = 500;
    private const int UsualFileLines = 250;
    private const int MaxMethodLines = 70;
    private const int MaxGrainLines = 300;

    [Fact]
    public void No_file_is_over_500_lines() =>
        Found.None(Sources.Product.Concat(Sources.Tests).Where(static f => f.LineCount > MaxFileLines).Select(static f => $"{f.Path}: {f.LineCount} lines"));

    [Fact]
    public void Nine_files_of_ten_are_at_most_250_lines_long()
    {
        Assert.True(Percentile90(Sources.Product) <= UsualFileLines, $"src: {Longest(Sources.Product)}");
        Assert.True(Percentile90(Sources.Tests) <= UsualFileLines, $"tests: {Longest(Sources.Tests)}");
    }

    [Fact]
    public void No_method_is_over_70_lines() =>
        Found.None(from file in Sources.Product.Concat(Sources.Tests)
                         from node in file.Syntax.DescendantNodes()
                         where node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax
                         let lines = Lines(node)
                         where lines > MaxMethodLines
                         select $"{file.Locate(node)}: {lines} lines");

    [Fact]
    public void A_grain_is_at_most_300_lines_long() =>
        Found.None(from file in Sources.Product
                         from type in file.Syntax.DescendantNodes().OfType<ClassDeclarationSyntax>()
                         where type.AttributeLists.SelectMany(static l => l.Attributes).Any(static a => a.Name.ToString() == "GrainType")
                         let lines = Lines(type)
                         where lines > MaxGrainLines
                         select $"{file.Locate(type)}: {lines} lines");

    /// <summary>From the signature to the closing brace; documentation and attributes do not count.</summary>
    private static int Lines(SyntaxNode node)
    {
        var first = node.ChildNodesAndTokens().First(static child => !child.IsKind(SyntaxKind.AttributeList));
        return node.GetLocation().GetLineSpan().EndLinePosition.Line - first.GetLocation()!.GetLineSpan().StartLinePosition.Line + 1;
    }

    private static int Percentile90(IReadOnlyList<SourceFile> files) => files.Select(static f => f.LineCount).Order().ElementAt((int)Math.Ceiling(files.Count * 0.9) - 1);

    private static string Longest(IReadOnlyList<SourceFile> files) =>
        string.Join(", ", files.OrderByDescending(static f => f.LineCount).Take(files.Count / 10 + 1).Select(static f => $"{f.Path} {f.LineCount}"));
}
