namespace DataGrid.Engine.Tests.Projects;

public sealed class GeneratedProjectTests
{
    [Fact]
    public async Task A_large_project_compiles_with_every_step_in_order()
    {
        using var project = new ProjectFixture();
        GeneratedProject.Write(project, 200);
        var spec = await project.SpecAsync();
        Assert.Equal(200, spec.Steps.Length);
        var seen = spec.Sources.Select(static source => source.Name).ToHashSet();
        Assert.All(spec.Steps, step =>
        {
            Assert.All(step.Reads, name => Assert.Contains(name, seen));
            Assert.Equal(10, step.Columns.Length);
            Assert.Equal(10, step.Lineage.Length);
            seen.Add(step.Name);
        });
    }
}
