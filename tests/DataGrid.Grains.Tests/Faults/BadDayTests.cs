using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Runs;
using DataGrid.Silo;

namespace DataGrid.Grains.Tests.Faults;

/// <summary>Inputs that move, steps that take too long or too much, metadata that is gone.</summary>
public sealed class BadDayTests : IDisposable
{
    private readonly Bakery _bakery = new();

    private string FirstFile => Path.Combine(_bakery.Project.Folder, "data", "sales-0000.csv");

    [Theory]
    [InlineData(RunFailpoints.BeforeCommit, 3)]
    [InlineData(RunFailpoints.PlanPut, 1)]
    [InlineData(RunFailpoints.AllCommitted, 1)]
    [InlineData(RunFailpoints.ResultAccepted, 2)]
    public async Task A_run_that_was_publishing_is_finished_also_when_the_metadata_is_lost(string place, int turn)
    {
        Assert.Null((await _bakery.Project.RunAsync()).Problem);
        _bakery.AddBatch();
        using (var host = RunHost.Start(_bakery.Project.Folder, place, turn))
        {
            await host.IsStartedAsync();
            Assert.True((await host.EndAsync()).WasKilled);
        }
        Directory.Delete(Path.Combine(_bakery.Project.Root, "metadata"), recursive: true);
        await using (var silo = await _bakery.Project.StartAsync())
            Assert.Equal(place == RunFailpoints.ResultAccepted ? RunStatus.Abandoned : RunStatus.Succeeded, Assert.Single(silo.Recovered).Status);
        Assert.Empty(_bakery.CheckFiles());
        Assert.Null((await _bakery.Project.RunAsync()).Problem);
        Assert.Empty(await _bakery.CheckAsync());
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_keeps_nobody_from_starting()
    {
        Assert.Null((await _bakery.Project.RunAsync()).Problem);
        var run = Directory.EnumerateDirectories(Path.Combine(_bakery.Project.Root, "default", "runs")).Single();
        foreach (var record in new[] { "run.json", "end.json" }) File.WriteAllText(Path.Combine(run, record), "{ \"run\": ");
        Directory.Delete(Path.Combine(_bakery.Project.Root, "metadata"), recursive: true);
        Assert.Null((await _bakery.Project.RunAsync()).Problem);
    }

    [Fact]
    public async Task A_source_that_vanishes_after_compiling_is_named()
    {
        await using var silo = await _bakery.Project.StartAsync();
        var spec = await _bakery.Project.CompileAsync();
        File.Delete(FirstFile);
        var outcome = await silo.SubmitAsync(spec, new RunRequest { Fingerprint = spec.Fingerprint, ProjectDirectory = _bakery.Project.Folder });
        var run = await TestProject.EndOfAsync(silo, outcome.Run!.Value);
        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal(ErrorCodes.SourceMissing, run.Problem!.Code);
        Assert.Contains("data/sales-*.csv", run.Problem.Message, StringComparison.Ordinal);
        Assert.Empty(_bakery.CheckFiles());
    }

    [Fact]
    public async Task A_source_that_vanishes_during_the_run_fails_it_and_is_named()
    {
        var run = await _bakery.Project.RunAsync(new At(RunFailpoints.ResultAccepted, 1, () =>
        {
            File.Delete(FirstFile);
            return Task.CompletedTask;
        }));
        // Both readers of the source may have been through with it.
        if (run.Status != RunStatus.Succeeded)
        {
            Assert.Equal(ErrorCodes.SourceMissing, run.Problem!.Code);
            Assert.Contains("sales-0000.csv", run.Problem.Message, StringComparison.Ordinal);
        }
        Assert.Empty(_bakery.CheckFiles());
    }

    [Theory]
    [InlineData(ErrorCodes.SourceUnreadable)]
    [InlineData(ErrorCodes.SourceInvalid)]
    public async Task A_source_that_cannot_be_read_because_it_was_taken_away_is_told_as_missing(string code)
    {
        await using var silo = await EmbeddedSilo.StartAsync(_bakery.Project.Options with { Executor = new Thief(FirstFile, code) }, CancellationToken.None);
        var run = await _bakery.Project.RunAsync(silo);
        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal(ErrorCodes.SourceMissing, run.Problem!.Code);
        Assert.Contains("sales-0000.csv", run.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_changes_while_it_is_read_fails_the_run()
    {
        _bakery.Project.Write("models/gold/slow.sql", "select count(*) as n from raw.sales a, raw.sales b, raw.sales c, raw.sales d where a.id < 20 and hash(a.id, b.id, c.id, d.id) % 7 = 0\n");
        await using var silo = await _bakery.Project.StartAsync();
        var spec = await _bakery.Project.CompileAsync();
        var outcome = await silo.SubmitAsync(spec, new RunRequest { Fingerprint = spec.Fingerprint, ProjectDirectory = _bakery.Project.Folder });
        await foreach (var page in silo.WatchAsync(outcome.Run!.Value, CancellationToken.None))
            if (page.Progress.Any(static step => step.Step.Name == "slow" && step.Progress.Phase == "writing")) break;
        await File.AppendAllTextAsync(FirstFile, "900001,a1,10,2026-01-01\n");
        var run = await TestProject.EndOfAsync(silo, outcome.Run.Value);
        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal(ErrorCodes.SourceChanged, run.Problem!.Code);
        Assert.Contains("sales-0000.csv", run.Problem.Message, StringComparison.Ordinal);
        Assert.Empty(_bakery.CheckFiles());
    }

    [Fact]
    public async Task A_step_over_its_time_limit_fails_and_says_where_to_raise_it()
    {
        _bakery.Project.Write("datagrid.yaml", "pipeline: bakery\nsources:\n  raw.sales:\n    files: data/sales-*.csv\ndefaults: { timeout: 1s }\n")
            .Write("models/gold/long.sql", "select count(*) as n from raw.sales a, raw.sales b, raw.sales c, raw.sales d, raw.sales e where hash(a.id, b.id, c.id, d.id, e.id) % 7 = 0\n");
        var run = await _bakery.Project.RunAsync();
        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal(ErrorCodes.TaskTimeout, run.Problem!.Code);
        Assert.Contains("raise the timeout", run.Problem.Help!, StringComparison.Ordinal);
        Assert.Empty(_bakery.CheckFiles());
    }

    [Fact]
    public async Task Out_of_memory_is_tried_once_more_with_the_whole_worker()
    {
        _bakery.Project.Write("models/gold/huge.sql", "select list(repeat(cast(id as varchar), 1000000)) as everything from raw.sales\n");
        await using var silo = await EmbeddedSilo.StartAsync(
            _bakery.Project.Options with { Engine = _bakery.Project.Options.Engine with { MemoryBytes = 256L << 20 } }, CancellationToken.None);
        var run = await _bakery.Project.RunAsync(silo);
        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal(ErrorCodes.OutOfMemory, run.Problem!.Code);
        Assert.Equal(2, run.Steps.Single(static step => step.Name.Name == "huge").Attempts);
        Assert.Empty(_bakery.CheckFiles());
    }

    public void Dispose() => _bakery.Dispose();

    /// <summary>Takes a file away and fails as an engine does that comes to read it.</summary>
    private sealed class Thief(string file, string code) : ITaskExecutor
    {
        public Task<TaskResult> ExecuteAsync(TaskSpec task, IProgress<TaskProgress> progress, CancellationToken cancellationToken)
        {
            File.Delete(file);
            return Task.FromResult(new TaskResult { Task = task.Task, Attempt = task.Attempt, Outcome = TaskOutcome.Failed, Problem = new Problem { Code = code, Message = "cannot be read" } });
        }
    }
}
