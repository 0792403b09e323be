using System.Text.RegularExpressions;
using DataGrid.Core.Pipelines;

namespace DataGrid.Tests.Tidy;

/// <summary>What the documents show is read by the parser that users meet.</summary>
public sealed partial class DocsExamplesTests
{
    private static readonly string[] Pages = ["README.md", "docs/PROJECTS.md"];

    [Fact]
    public void Examples_are_found()
    {
        Assert.NotEmpty(Blocks("yaml"));
        Assert.NotEmpty(Blocks("sql"));
    }

    [Fact]
    public void Every_project_file_that_is_shown_can_be_read() =>
        Found.None(from block in Blocks("yaml")
                   let yaml = block.Text.Contains("pipeline:", StringComparison.Ordinal) ? block.Text : "pipeline: shown\n" + block.Text
                   from problem in Read(yaml, [new SourceText("models/silver/shown.sql", "select 1 as one\n")])
                   select $"{block.Page}: {problem}");

    [Fact]
    public void Every_model_that_is_shown_can_be_read() =>
        Found.None(from block in Blocks("sql")
                   from problem in Read("pipeline: shown\n", [new SourceText("models/silver/shown.sql", block.Text)])
                   select $"{block.Page}: {problem}");

    private static IEnumerable<string> Read(string yaml, SourceText[] models)
    {
        var problems = new ProblemBag();
        ProjectReader.Read(new ProjectFiles(new SourceText("datagrid.yaml", yaml), [.. models], []), new ProjectOptions(), problems);
        return problems.ToSorted().Select(static problem => $"{problem.Position}: {problem.Message}");
    }

    private static IEnumerable<(string Page, string Text)> Blocks(string language) =>
        from page in Pages
        from match in Block().Matches(Repository.Read(page)).AsEnumerable()
        where match.Groups[1].Value == language
        select (page, match.Groups[2].Value);

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
