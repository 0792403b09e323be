using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Sessions;
using DataGrid.Engine.Tasks.Checks;
using DataGrid.Engine.Tasks.Inputs;
using DataGrid.Engine.Tasks.Output;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks;

/// <summary>One attempt at one task: inputs, one writing pass with verdicts, checks on what was written, final names. Blocks; throws what goes wrong.</summary>
internal sealed class TaskAttempt(InstancePool pool, TaskSpec task, AttemptProgress progress, CancellationToken cancellation)
{
    private const string WorkFolder = ".work";

    private readonly StepSpec _step = task.Step;
    private bool _hasStoredView;

    /// <summary>What may be used beside the engine's own memory.</summary>
    private long MemoryBytes => task.Limits.MemoryBytes / 8;

    public TaskResult Run()
    {
        Directory.CreateDirectory(task.StagingDirectory);
        var locked = TaskInputs.Open(pool, task.Limits, task.Inputs, task.Base, task.StagingDirectory, _step.KeepsOrder, cancellation);
        // Whatever happens to it otherwise, an instance that did its work holds no rows unless a view had to be stored.
        var holdsRows = true;
        try
        {
            var result = Run(locked.Connection);
            holdsRows = _hasStoredView;
            return result;
        }
        finally
        {
            progress.Enter("", null);
            pool.Return(locked, mayWait: !holdsRows);
        }
    }

    private TaskResult Run(DuckDbConnection connection)
    {
        progress.Enter("reading", connection);
        var parameters = new ParameterBinding(connection, task.ParameterValues, task.Parameters);
        _hasStoredView = TaskInputs.CreateViews(connection, task.Inputs, parameters, cancellation);
        var checks = new CheckRunner(connection, parameters, pool.Options.MaxSamples, MemoryBytes, cancellation);
        var sql = SqlTail.WithoutTerminator(_step.Sql);
        var model = ComposedSql.Around("SELECT * FROM (\n", sql, ") AS \"__model\"");
        if (_step.Materialization == Materialization.View)
            return CheckView(connection, parameters, sql, checks);

        var columns = ModelColumns.Resolve(connection, model, _step, cancellation);
        progress.Enter("writing", connection);
        var stager = new RowStager(connection, parameters, pool.Options.TargetFileBytes, cancellation);
        var staged = stager.Stage(model, columns, _step.PartitionBy, _step.Checks, _step.KeepsOrder, Work("rows"));

        // A merge into files that are there writes others in the end.
        using var ahead = _step.Materialization == Materialization.Merge && task.Base is not null ? null : new SealAhead(staged.Kept, cancellation);
        progress.Enter("checking", connection);
        var results = checks.RunRowChecks(_step.Checks, staged);
        var merge = _step.Materialization == Materialization.Merge && task.Base is { } baseTable
            ? new MergeWriter(connection, pool.Options.TargetFileBytes, MemoryBytes, cancellation).Merge(staged, _step.Keys, baseTable, _step.File, Work("merged"))
            : _step.Materialization == Materialization.Merge ? MergeIntoNothing(connection, staged) : null;
        results.AddRange(TableChecks(connection, staged, merge, checks));
        results = [.. _step.Checks.Select(c => results.Single(r => r.Name == c.Name))];
        if (results.Exists(r => r is { Passed: false, Otherwise: CheckAction.Fail }))
            return Failed(results);

        progress.Enter("writing", connection);
        return Succeeded(connection, parameters, staged, merge, results, ahead);
    }

    /// <summary>The first merge: nothing is there, but the keys must be good all the same.</summary>
    private MergeOutcome MergeIntoNothing(DuckDbConnection connection, StagedRows staged) =>
        new MergeWriter(connection, pool.Options.TargetFileBytes, MemoryBytes, cancellation).Merge(
            staged, _step.Keys, new TaskInput { Name = _step.Name, Form = TaskInputForm.Table, Columns = [.. staged.Columns.Select(ModelColumns.ToSpec)] }, _step.File, Work("merged"));

    private List<CheckResult> TableChecks(DuckDbConnection connection, StagedRows staged, MergeOutcome? merge, CheckRunner runner)
    {
        var checks = _step.Checks.Where(c => !c.IsRowCheck).ToList();
        if (checks.Count == 0)
            return [];
        var table = InputView.Quote(_step.Name);
        var unchanged = merge?.Untouched ?? (_step.Materialization == Materialization.Append ? task.Base : null);
        var select = merge is null ? staged.SelectKept : ReadBack.Select(merge.Files, staged.Columns, staged.PartitionBy);
        var rows = merge is null ? staged.RowsKept : merge.Files.Sum(f => f.Rows);
        if (unchanged is { Files.IsEmpty: false })
            select = $"{select} UNION ALL BY NAME ({TableFiles.Select(connection, unchanged, withFile: false, cancellation)})";
        InputView.CreateSchema(connection, _step.Name);
        connection.Execute($"CREATE OR REPLACE VIEW {table} AS {select}", cancellation);
        if (unchanged is { Files.IsEmpty: false })
            rows = connection.ExecuteScalar<long>($"SELECT count(*) FROM {table}", cancellation);
        return [.. checks.Select(check => runner.RunTableCheck(check, table, rows))];
    }

    private TaskResult Succeeded(DuckDbConnection connection, ParameterBinding parameters, StagedRows staged, MergeOutcome? merge, List<CheckResult> results, SealAhead? ahead)
    {
        var types = ModelColumns.Parse(connection, staged.Columns.Select(c => (c.Name, c.StoredType)));
        var final = new FinalFiles(task.StagingDirectory, task.Attempt, cancellation);
        var files = final.Publish(merge?.Files ?? staged.Kept, ManifestFileRole.Data, types, _step.PartitionBy, "", ahead);
        var quarantineColumns = ImmutableArray<Contracts.Datasets.ColumnSpec>.Empty;
        if (staged.RowsQuarantined > 0)
        {
            var (held, columns) = QuarantineWriter.Write(connection, staged, _step.Checks, task.Task.Run, Work("held"), pool.Options.TargetFileBytes, parameters, cancellation);
            var heldTypes = ModelColumns.Parse(connection, columns.Select(c => (c.Name, c.StoredType)));
            files.AddRange(final.Publish(held, ManifestFileRole.Quarantine, heldTypes, [], "quarantine"));
            quarantineColumns = [.. columns.Select(ModelColumns.ToSpec)];
        }
        Directory.Delete(Path.Combine(task.StagingDirectory, WorkFolder), recursive: true);
        return Result(TaskOutcome.Succeeded, results, files.Sum(f => f.Bytes)) with
        {
            Manifest = new Manifest
            {
                Files = [.. files.OrderBy(f => f.StagedPath, StringComparer.Ordinal)],
                ReplacedFiles = merge?.Replaced ?? [],
                Columns = [.. staged.Columns.Select(ModelColumns.ToSpec)],
                RowsRead = staged.RowsRead,
                RowsWritten = files.Where(f => f.Role == ManifestFileRole.Data).Sum(f => f.Rows),
                RowsQuarantined = staged.RowsQuarantined,
                RowsDropped = staged.RowsDropped,
                RowsUpdated = merge?.RowsUpdated ?? 0,
                RowsInserted = merge?.RowsInserted ?? 0,
                QuarantineColumns = quarantineColumns,
            },
        };
    }

    /// <summary>A view stores nothing, but its checks are decided on the rows that it gives now.</summary>
    private TaskResult CheckView(DuckDbConnection connection, ParameterBinding parameters, string sql, CheckRunner runner)
    {
        var view = new TaskInput { Name = _step.Name, Form = TaskInputForm.View, Columns = _step.Columns, ViewSql = sql };
        _hasStoredView |= TaskInputs.CreateViews(connection, [view], parameters, cancellation);
        var table = InputView.Quote(_step.Name);
        progress.Enter("checking", connection);
        var rows = _step.Checks.IsEmpty ? 0 : connection.ExecuteScalar<long>($"SELECT count(*) FROM {table}", cancellation);
        var results = runner.Run([.. _step.Checks.Where(c => c.IsRowCheck)], new CheckedRows($"SELECT * FROM {table}", rows), rows).ToList();
        results.AddRange(_step.Checks.Where(c => !c.IsRowCheck).Select(c => runner.RunTableCheck(c, table, rows)));
        if (results.Exists(r => r is { Passed: false, Otherwise: CheckAction.Fail }))
            return Failed(results);
        return Result(TaskOutcome.Succeeded, results, 0) with { Manifest = new Manifest { Files = [], Columns = _step.Columns, RowsRead = rows } };
    }

    private TaskResult Failed(List<CheckResult> results)
    {
        var failed = results.Where(r => r is { Passed: false, Otherwise: CheckAction.Fail }).ToList();
        var first = _step.Checks.Single(c => c.Name == failed[0].Name);
        var message = string.Join("; ", failed.Select(r => $"the check '{r.Name}' of {_step.Name} failed: {r.Detail}"));
        return Result(TaskOutcome.Failed, results, 0) with
        {
            Problem = new Problem
            {
                Code = ErrorCodes.CheckFailed,
                Message = message,
                Help = "look at the failing rows, then mend the data, the SQL or the check; nothing was published",
                Dataset = _step.Name.ToString(),
                Position = first.Position ?? new SourcePosition { File = _step.File },
            },
        };
    }

    private TaskResult Result(TaskOutcome outcome, IEnumerable<CheckResult> checks, long outputBytes) => new()
    {
        Task = task.Task,
        Attempt = task.Attempt,
        Outcome = outcome,
        Checks = [.. checks],
        Metrics = new TaskMetrics { InputBytes = task.Inputs.Sum(i => i.Files.Sum(f => f.Bytes)), OutputBytes = outputBytes },
    };

    private string Work(string name) => Path.Combine(task.StagingDirectory, WorkFolder, name);
}
