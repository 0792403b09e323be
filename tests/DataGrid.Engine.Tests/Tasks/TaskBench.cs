using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Sessions;

namespace DataGrid.Engine.Tests.Tasks;

/// <summary>Builds tasks in a folder of its own and runs them. What runs them is made elsewhere: the same tests hold for every executor.</summary>
internal sealed class TaskBench : IAsyncDisposable
{
    private static readonly RunId Run = RunId.Parse("run-1");
    private readonly InstancePool _pool;
    private readonly DuckDbInstance _engine = DuckDbInstance.Open();
    private int _attempts;

    public TaskBench()
    {
        _pool = new InstancePool(new EngineOptions { TemporaryDirectory = Folder.Folder("spill"), WarmInstances = 0, TargetFileBytes = 64L << 20 });
        Executor = BenchExecutor.Make(_pool);
        Engine = _engine.Connect();
    }

    public TempFolder Folder { get; } = new();

    public ITaskExecutor Executor { get; }

    public InstancePool Pool => _pool;

    /// <summary>An engine that may read everything, to make inputs and to look at outputs.</summary>
    public DuckDbConnection Engine { get; }

    public string Staging(AttemptId attempt) => Folder["staging-" + attempt];

    public static TaskLimits Limits { get; } = new() { MemoryBytes = 512L << 20, Threads = 2, TemporaryBytes = 1L << 30 };

    /// <summary>A table input of one Parquet file made by a SELECT.</summary>
    public TaskInput Table(string name, string select)
    {
        var path = Folder[$"tables/{name}/part-{Guid.NewGuid():N}.parquet"];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Engine.Execute($"COPY ({select}) TO '{path}' (FORMAT parquet)");
        using var statement = Engine.Prepare(select);
        return new TaskInput
        {
            Name = DatasetName.Parse(name),
            Form = TaskInputForm.Table,
            Columns = [.. statement.Columns.Select(c => new ColumnSpec { Name = c.Name, Type = c.Type.Sql })],
            Files = [File(path)],
        };
    }

    public TaskInput Source(string name, SourceFormat format, string columns, params string[] files) => Source(name, format, columns, DriftPolicy.Fail, [], files);

    public TaskInput Source(string name, SourceFormat format, string columns, DriftPolicy drift, Dictionary<string, string> settings, params string[] files)
    {
        var specs = columns.Split(',').Select(c => c.Trim().Split(' ', 2)).Select(c => new ColumnSpec { Name = c[0], Type = c[1].Trim() }).ToImmutableArray();
        return new TaskInput
        {
            Name = DatasetName.Parse(name),
            Form = TaskInputForm.Source,
            Columns = specs,
            Files = [.. files.Select(File)],
            Source = new SourceSpec
            {
                Name = DatasetName.Parse(name),
                Files = [.. files],
                Format = format,
                Columns = specs,
                OnDrift = drift,
                FormatSettings = settings.ToImmutableSortedDictionary(),
            },
        };
    }

    public TaskFile File(string path) => new() { Path = path, Bytes = new FileInfo(path).Length, Name = Path.GetRelativePath(Folder.Path, path).Replace('\\', '/') };

    public TaskSpec Task(string sql, TaskInput[] inputs, params CheckSpec[] checks) => new()
    {
        Task = new TaskId(Run, DatasetName.Parse("silver.result"), 0),
        Attempt = AttemptId.Create(new Guid(++_attempts, 0, 0, new byte[8])),
        Step = new StepSpec
        {
            Name = DatasetName.Parse("silver.result"),
            File = "models/silver/result.sql",
            Sql = sql,
            Columns = [],
            Reads = [.. inputs.Select(i => i.Name)],
            Checks = [.. checks],
        },
        Inputs = [.. inputs],
        StagingDirectory = Folder["staging-" + _attempts],
        Limits = Limits,
    };

    public Task<TaskResult> RunAsync(TaskSpec task, CancellationToken cancellation = default) => Executor.ExecuteAsync(task, new Progress<TaskProgress>(), cancellation);

    public async Task<Manifest> SucceedAsync(TaskSpec task)
    {
        var result = await RunAsync(task);
        Assert.True(result.Outcome == TaskOutcome.Succeeded, result.Problem?.ToString());
        return result.Manifest!;
    }

    /// <summary>The rows of a manifest's files, each as text, in order of the text.</summary>
    public List<string> Rows(TaskSpec task, Manifest manifest, string columns = "*", ManifestFileRole role = ManifestFileRole.Data)
    {
        var files = manifest.Files.Where(f => f.Role == role).Select(f => Path.Combine(task.StagingDirectory, f.StagedPath)).ToList();
        if (files.Count == 0)
            return [];
        using var result = Engine.Query($"SELECT {columns} FROM read_parquet({SqlText.QuoteLiteralList(files)}, hive_partitioning = true, union_by_name = true)");
        return [.. result.ReadRows().Select(r => string.Join('|', r.Select(v => v is object?[] list ? "[" + string.Join(',', list) + "]" : v ?? "NULL"))).Order(StringComparer.Ordinal)];
    }

    /// <summary>The output of a task as a table input of a later one.</summary>
    public static TaskInput AsTable(TaskSpec task, Manifest manifest, params string[] partitionColumns) => new()
    {
        Name = task.Step.Name,
        Form = TaskInputForm.Table,
        Columns = manifest.Columns,
        PartitionColumns = [.. partitionColumns],
        Files = [.. manifest.Files.Where(f => f.Role == ManifestFileRole.Data).Select(f => new TaskFile
        {
            Path = Path.Combine(task.StagingDirectory, f.StagedPath),
            Bytes = f.Bytes,
            Name = f.StagedPath,
            PartitionValues = f.PartitionValues,
        })],
    };

    public static CheckSpec Predicate(string name, string expression, CheckAction otherwise = CheckAction.Fail) =>
        new() { Name = name, Kind = CheckKind.Predicate, Expression = expression, Otherwise = otherwise };

    public async ValueTask DisposeAsync()
    {
        Engine.Dispose();
        _engine.Dispose();
        await _pool.DisposeAsync();
        Folder.Dispose();
    }
}
