using DataGrid.Contracts.Errors;
using DataGrid.Core.Pipelines;

namespace DataGrid.Core.Tests.Pipelines;

/// <summary>Reads projects from texts.</summary>
internal static class TestProject
{
    public const string Yaml = "pipeline: p\n";

    public static (ProjectReading Reading, IReadOnlyList<Problem> Problems) Read(string yaml, params (string File, string Text)[] models) =>
        Read(yaml, new ProjectOptions(), models);

    public static (ProjectReading Reading, IReadOnlyList<Problem> Problems) Read(string yaml, ProjectOptions options, params (string File, string Text)[] models)
    {
        var problems = new ProblemBag();
        var files = new ProjectFiles(new SourceText("datagrid.yaml", yaml), [.. models.Select(static model => new SourceText(model.File, model.Text))], []);
        var reading = ProjectReader.Read(files, options, problems);
        return (reading, problems.ToSorted());
    }

    /// <summary>A project of one model with the given header lines.</summary>
    public static (ProjectReading Reading, IReadOnlyList<Problem> Problems) Header(string header) =>
        Read(Yaml, ("models/silver/a.sql", $"/* datagrid\n{header}\n*/\nSELECT 1 AS x\n"));
}
