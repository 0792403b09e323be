using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Pipelines;
using DataGrid.DuckDb;
using DataGrid.Engine.Projects;
using DataGrid.Engine.Sessions;
using DataGrid.Silo;
using DataGrid.Silo.Reading;
using DataGrid.Storage;

namespace DataGrid.Grains.Tests;

/// <summary>A small project in a folder of its own, with a root inside it; gone when disposed.</summary>
public sealed class TestProject : IDisposable
{
    private readonly ProjectCompiler _compiler = new(EngineLimits, new ProjectOptions());

    public TestProject() => Directory.CreateDirectory(Folder);

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "datagrid-tests", Guid.NewGuid().ToString("N"));

    public string Root => Path.Combine(Folder, ".datagrid");

    private static EngineOptions EngineLimits => new() { MemoryBytes = 1L << 30, Threads = 2, WarmInstances = 1 };

    public TestProject Write(string file, string content)
    {
        var path = Path.Combine(Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return this;
    }

    public SiloOptions Options => new()
    {
        Root = Root,
        Engine = EngineLimits,
        SerializesEveryCall = true,
    };

    public Task<EmbeddedSilo> StartAsync() => EmbeddedSilo.StartAsync(Options, CancellationToken.None);

    public async Task<PipelineSpec> CompileAsync()
    {
        var outcome = await _compiler.CompileAsync(Folder, [], CancellationToken.None);
        return outcome.Spec ?? throw new InvalidOperationException(string.Join('\n', outcome.Problems.Select(static problem => $"{problem.Position}: {problem.Message}")));
    }

    /// <summary>Compiles and runs to the end on a silo that is there.</summary>
    public async Task<RunRecord> RunAsync(EmbeddedSilo silo, Func<RunRequest, RunRequest>? change = null, Action<RunEventPage>? progress = null)
    {
        var spec = await CompileAsync();
        var request = new RunRequest { Fingerprint = spec.Fingerprint, ProjectDirectory = Folder };
        var submitted = await silo.SubmitAsync(spec, change is null ? request : change(request));
        return await EndOfAsync(silo, submitted.Run ?? throw new InvalidOperationException(submitted.Problems[0].Message), progress);
    }

    /// <summary>Compiles and runs to the end on a silo of its own.</summary>
    public async Task<RunRecord> RunAsync(Func<RunRequest, RunRequest>? change = null)
    {
        await using var silo = await StartAsync();
        return await RunAsync(silo, change);
    }

    /// <summary>Compiles and runs to the end on a silo of its own with failpoints.</summary>
    public async Task<RunRecord> RunAsync(IFailpoints failpoints)
    {
        await using var silo = await EmbeddedSilo.StartAsync(Options with { Failpoints = failpoints }, CancellationToken.None);
        return await RunAsync(silo);
    }

    public static async Task<RunRecord> EndOfAsync(EmbeddedSilo silo, RunId run, Action<RunEventPage>? progress = null)
    {
        await foreach (var page in silo.WatchAsync(run, CancellationToken.None))
        {
            progress?.Invoke(page);
            if (page.IsComplete) break;
        }
        return await silo.GetRunAsync(run) ?? throw new InvalidOperationException($"run {run} is not known");
    }

    /// <summary>The rows of a query over the tables and views, as text. Reads the files with plain DuckDB, not with the code that is tested.</summary>
    public async Task<string[]> QueryAsync(string sql)
    {
        using var reader = WorkspaceReader.Open(Root, WorkspaceId.Default);
        using var instance = DuckDbInstance.Open();
        using var connection = instance.Connect();
        await foreach (var name in reader.Tables.ListAsync(CancellationToken.None))
        {
            var table = (await reader.Tables.AtVersionAsync(name, null, CancellationToken.None))!;
            var body = table.Files.IsEmpty
                ? $"SELECT {string.Join(", ", table.Columns.Select(static column => $"NULL::{column.Type} AS {SqlText.QuoteIdentifier(column.Name)}"))} WHERE false"
                : $"SELECT * FROM read_parquet({SqlText.QuoteLiteralList(table.Files.Select(static file => file.Path))}, union_by_name = true)";
            connection.Execute($"CREATE SCHEMA IF NOT EXISTS {name.Namespace}; CREATE VIEW {name} AS {body}", CancellationToken.None);
        }
        foreach (var spec in await reader.PipelinesAsync(CancellationToken.None))
            foreach (var view in spec.Steps.Where(static step => step.Materialization == Materialization.View))
                connection.Execute($"CREATE SCHEMA IF NOT EXISTS {view.Name.Namespace}; CREATE VIEW {view.Name} AS {view.Sql}", CancellationToken.None);
        using var result = connection.Query(sql, CancellationToken.None);
        return [.. result.ReadRows(CancellationToken.None).Select(static row => string.Join('|', row))];
    }

    /// <summary>The newest version of a table; -1 when there is none.</summary>
    public async Task<long> VersionAsync(string dataset)
    {
        using var reader = WorkspaceReader.Open(Root, WorkspaceId.Default);
        return (await reader.Tables.HeadAsync(DatasetName.Parse(dataset), CancellationToken.None))?.Table.Version ?? -1;
    }

    /// <summary>Files of tables and runs that nothing names: what a run must not leave behind.</summary>
    public async Task<ImmutableArray<string>> LeftoversAsync()
    {
        var tables = Path.Combine(Root, "default", "tables");
        if (!Directory.Exists(tables)) return [];
        using var reader = WorkspaceReader.Open(Root, WorkspaceId.Default);
        var known = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var name in reader.Tables.ListAsync(CancellationToken.None))
            await foreach (var entry in reader.Tables.Open(name).ReadHistoryAsync(CancellationToken.None))
                foreach (var file in (await reader.Tables.AtVersionAsync(name, entry.Version, CancellationToken.None))!.Files) known.Add(file.Path);
        return [.. Directory.EnumerateFiles(tables, "*.parquet", SearchOption.AllDirectories).Where(file => !file.Contains("_delta_log", StringComparison.Ordinal) && !known.Contains(file))];
    }

    public void Dispose()
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }
}
