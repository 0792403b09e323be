using DataGrid.Core.Pipelines;

namespace DataGrid.Core.Tests.Pipelines;

public sealed class GoldenTests
{
    public static TheoryData<string> Names => [.. GoldenProject.Names];

    [Theory, MemberData(nameof(Names))]
    public void Every_mistake_is_reported_as_the_golden_file_shows(string name)
    {
        var golden = GoldenProject.Load(name);
        var problems = new ProblemBag();
        var files = new ProjectFiles(golden.Files.Single(static file => file.File == "datagrid.yaml"),
            [.. golden.Files.Where(static file => file.File.EndsWith(".sql", StringComparison.Ordinal))],
            [.. golden.Files.Select(static file => file.File).Where(static file => file.StartsWith("models/", StringComparison.Ordinal) && !file.EndsWith(".sql", StringComparison.Ordinal))]);

        ProjectReader.Read(files, new ProjectOptions { MaxYamlDepth = 8, MaxYamlNodes = 500 }, problems);

        golden.Check(ProblemText.Render(problems.ToSorted()));
    }
}
