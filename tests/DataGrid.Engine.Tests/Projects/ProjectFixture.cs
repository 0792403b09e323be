using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Pipelines;
using DataGrid.DuckDb;
using DataGrid.Engine.Projects;
using DataGrid.Engine.Sessions;

namespace DataGrid.Engine.Tests.Projects;

/// <summary>A project folder of one test.</summary>
public sealed class ProjectFixture : IDisposable
{
    private readonly ProjectCompiler _compiler;

    public ProjectFixture(ProjectOptions? options = null)
    {
        Folder = Directory.CreateTempSubdirectory("datagrid-project-").FullName;
        _compiler = new ProjectCompiler(new EngineOptions { MemoryBytes = 512L << 20, Threads = 2, WarmInstances = 0 }, options ?? new ProjectOptions());
    }

    public string Folder { get; }

    public ProjectFixture Write(string file, string text) => Write(file, System.Text.Encoding.UTF8.GetBytes(text));

    public ProjectFixture Write(string file, byte[] bytes)
    {
        var path = Path.Combine(Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return this;
    }

    /// <summary>Adds a line to datagrid.yaml's sources and a model that reads it whole.</summary>
    public ProjectFixture Source(string settings) =>
        Write("datagrid.yaml", $"pipeline: p\nsources:\n  raw.a: {{ {settings} }}\n").Write("models/silver/a.sql", "SELECT * FROM raw.a\n");

    public ProjectFixture Parquet(string file, string select)
    {
        var path = Path.Combine(Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var instance = DuckDbInstance.Open();
        using var connection = instance.Connect();
        connection.Execute($"COPY ({select}) TO {SqlText.QuoteLiteral(path)} (FORMAT parquet)");
        return this;
    }

    public Task<CompileOutcome> CompileAsync(params KnownDataset[] known) => _compiler.CompileAsync(Folder, known, CancellationToken.None);

    /// <summary>Compiles a project that must be right.</summary>
    public async Task<PipelineSpec> SpecAsync(params KnownDataset[] known)
    {
        var outcome = await CompileAsync(known);
        Assert.True(outcome.Spec is not null, Render(outcome.Problems));
        return outcome.Spec;
    }

    /// <summary>Compiles and renders what was reported, with the folder's name left out.</summary>
    public async Task<string> ProblemsAsync(params KnownDataset[] known) => Render((await CompileAsync(known)).Problems);

    private string Render(ImmutableArray<Problem> problems) => ProblemText.Render(problems).Replace(Folder, "PROJECT", StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
