using System.Runtime.CompilerServices;
using DataGrid.Engine.Projects;
using DataGrid.Engine.Sessions;

namespace DataGrid.Engine.Tests.Projects;

public sealed class ExampleTests
{
    [Fact]
    public async Task The_tutorial_compiles_without_a_word()
    {
        var folder = Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "examples", "tutorial");
        var outcome = await new ProjectCompiler(new EngineOptions(), new()).CompileAsync(folder, [], CancellationToken.None);
        Assert.Empty(outcome.Problems);
        Assert.NotNull(outcome.Spec);
    }

    private static string Here([CallerFilePath] string here = "") => here;
}
