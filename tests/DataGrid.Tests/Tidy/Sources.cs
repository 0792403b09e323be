using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DataGrid.Tests.Tidy;

/// <summary>A C# file as the compiler reads it.</summary>
internal sealed record SourceFile(string Path, int LineCount, SyntaxNode Syntax)
{
    /// <summary><c>path:line</c> of a node.</summary>
    public string Locate(SyntaxNode node) => $"{Path}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";
}

/// <summary>All C# files of the repository, parsed once.</summary>
internal static class Sources
{
    /// <summary>Files of the product.</summary>
    public static IReadOnlyList<SourceFile> Product => ProductFiles.Value;

    /// <summary>Files of the tests and load tests.</summary>
    public static IReadOnlyList<SourceFile> Tests => TestFiles.Value;

    private static readonly Lazy<SourceFile[]> ProductFiles = new(static () => Parse("src/"));
    private static readonly Lazy<SourceFile[]> TestFiles = new(static () => [.. Parse("tests/"), .. Parse("load-tests/")]);

    private static SourceFile[] Parse(string folder) =>
        [.. Repository.Find(folder, ".cs").AsParallel().AsOrdered().Select(static file =>
        {
            var text = Repository.Read(file);
            var lines = text.Length == 0 ? 0 : text.TrimEnd('\n').Count(static c => c == '\n') + 1;
            return new SourceFile(file, lines, CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Latest)).GetRoot());
        })];
}
