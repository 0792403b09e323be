using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DataGrid.Tests.Tidy;

/// <summary>docs/FAULTS.md names the tests that prove each row; they exist.</summary>
public sealed partial class FaultMapTests
{
    /// <summary>The rows that must be proven.</summary>
    private static readonly int[] Rows = [.. Enumerable.Range(1, 10), 12, 14, 15, 16, 31, 32, 33, 34, 35, 36];

    private static readonly Lazy<HashSet<string>> Tests = new(static () =>
    [
        .. from file in Sources.Tests
           from type in file.Syntax.DescendantNodes().OfType<ClassDeclarationSyntax>()
           from method in type.Members.OfType<MethodDeclarationSyntax>()
           where method.AttributeLists.SelectMany(static list => list.Attributes).Any(static attribute => attribute.Name.ToString() is var name && (name.EndsWith("Fact", StringComparison.Ordinal) || name.EndsWith("Theory", StringComparison.Ordinal)))
           select $"{file.Path.Split('/')[1]["DataGrid.".Length..]}/{type.Identifier.Text}.{method.Identifier.Text}",
    ]);

    [Fact]
    public void Every_test_that_the_map_names_exists() => Found.None(Missing(Repository.Read("docs/FAULTS.md")));

    [Fact]
    public void Every_row_has_a_test()
    {
        var lines = Repository.ReadLines("docs/FAULTS.md");
        Found.None(Rows.Where(row => !lines.Any(line => line.StartsWith($"| {row} |", StringComparison.Ordinal) && Named().IsMatch(line))).Select(static row => $"row {row}"));
    }

    [Fact]
    public void A_name_that_is_no_test_is_found() =>
        Assert.Equal(["Tests/FaultMapTests.No_such_test"], Missing("`Tests/FaultMapTests.No_such_test`, `Tests/FaultMapTests.A_name_that_is_no_test_is_found`"));

    private static IEnumerable<string> Missing(string page) => Named().Matches(page).Select(static match => match.Groups[1].Value).Where(static name => !Tests.Value.Contains(name));

    [GeneratedRegex(@"`([A-Za-z.]*Tests/[A-Za-z0-9]+\.[A-Za-z0-9_]+)`")]
    private static partial Regex Named();
}
