#if !ORLEANS
using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Runs;
using DataGrid.Grains.Tests.Faults;
using DataGrid.Grains.Tests.Metadata.Postgres;
using Xunit.Abstractions;

namespace DataGrid.Grains.Tests.Clusters;

/// <summary>A silo dies while a run goes on: the run comes to its right end, with nobody asking for it, and no row comes twice.</summary>
[Collection(PostgresCollection.Name)]
public sealed class SiloDeathTests(PostgresServer server, ITestOutputHelper output) : IAsyncLifetime
{
    private readonly Bakery _bakery = new();
    private MortalCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await MortalCluster.StartAsync(server, _bakery);

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _bakery.Dispose();
    }

    [Theory]
    [InlineData(RunFailpoints.PipelineWritten, 1)]
    [InlineData(RunFailpoints.InputsPinned, 1)]
    [InlineData(RunFailpoints.StageStarted, 3)]
    [InlineData(RunFailpoints.ResultAccepted, 4)]
    [InlineData(RunFailpoints.BeforePlan, 1)]
    [InlineData(RunFailpoints.PublishingSaved, 1)]
    [InlineData(RunFailpoints.BeforeCommit, 3)]
    [InlineData(Storage.Failpoints.CommitAfterPut, 2)]
    public async Task A_run_whose_silo_dies_at_a_named_place_succeeds_elsewhere(string place, int turn)
    {
        _cluster.KillAt(place, turn);
        // Who asked may have lost the silo too: then only the run's folder tells of it.
        var submitting = _cluster.SubmitAsync();
        var run = await _cluster.OnlyRunOfAsync(submitting);
        await _cluster.Died.WaitAsync(MortalCluster.Patience);
        await SucceedsAsync(run);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("stage")]
    [InlineData("dispatch")]
    [InlineData("pipeline")]
    [InlineData("worker")]
    public async Task A_run_goes_on_when_the_silo_of_one_of_its_grains_dies_while_a_task_runs(string whose)
    {
        _cluster.Gate.Hold("silver.daily");
        var run = await _cluster.SubmitAsync();
        var worker = await _cluster.Gate.ReachedAsync("silver.daily");
        var killed = whose == "worker" ? worker : _cluster.HolderOf(whose, KeyOf(whose, run));
        output.WriteLine($"killed {killed.Address}; the task ran on {worker.Address}");
        _cluster.Kill(killed);
        _cluster.Gate.Open();
        await SucceedsAsync(run);
    }

    [Fact]
    public async Task Steps_whose_results_are_durable_are_not_run_again()
    {
        _cluster.KillAt(RunFailpoints.BeforePlan, 1);
        var run = await _cluster.SubmitAsync();
        await _cluster.Died.WaitAsync(MortalCluster.Patience);
        await SucceedsAsync(run);
        Assert.Equal(_cluster.Gate.Begun.Count, _cluster.Gate.Begun.Distinct().Count());
    }

    [Fact]
    public async Task Input_that_arrives_while_nobody_drives_the_run_belongs_to_the_next_run()
    {
        _cluster.KillAt(RunFailpoints.StageStarted, 1);
        var run = await _cluster.SubmitAsync();
        await _cluster.Died.WaitAsync(MortalCluster.Patience);
        _bakery.AddBatch();
        Assert.Equal(RunStatus.Succeeded, (await _cluster.EndOfAsync(run)).Status);
        Assert.Equal([$"{_bakery.RowsPerBatch}"], await _bakery.Project.QueryAsync("select (select count(*) from silver.sales) + (select count(*) from silver.sales__quarantine)"));
        await SucceedsAsync(await _cluster.SubmitAsync());
    }

    [Fact]
    public async Task A_plan_that_another_silo_finds_void_is_made_again_from_the_same_input()
    {
        foreach (var model in Directory.GetFiles(Path.Combine(_bakery.Project.Folder, "models"), "*.sql", SearchOption.AllDirectories)) File.Delete(model);
        _bakery.Project.Write("models/silver/copy.sql", "select id, amount from raw.sales\n").Write("models/gold/sum.sql", "select count(*) as n from silver.copy\n");
        Assert.Equal(RunStatus.Succeeded, (await _cluster.EndOfAsync(await _cluster.SubmitAsync())).Status);
        _cluster.KillAt(RunFailpoints.PublishingSaved, 1);
        // The silo that goes on with the run is the first to come there.
        _cluster.OnceAt(RunFailpoints.BeforeCommit, () =>
        {
            ForeignEngine.Append(_bakery.Project.Root, "silver.copy");
            _bakery.AddBatch();
        });
        var run = await _cluster.SubmitAsync();
        await _cluster.Died.WaitAsync(MortalCluster.Patience);

        Assert.Equal((RunStatus.Succeeded, 2), await _cluster.EndOfAsync(run) is var ended ? (ended.Status, ended.PublishPlan) : default);
        Assert.Equal([$"{_bakery.RowsPerBatch}|{_bakery.RowsPerBatch}"], await _bakery.Project.QueryAsync("select (select count(*) from silver.copy), (select n from gold.sum)"));
        Assert.Empty(_bakery.CheckFiles());
    }

    [Theory]
    [InlineData("run")]
    [InlineData("stage")]
    [InlineData("dispatch")]
    public async Task A_cancel_ends_a_run_whatever_silo_dies_meanwhile(string whose)
    {
        _cluster.Gate.Hold("silver.daily");
        var run = await _cluster.SubmitAsync();
        await _cluster.Gate.ReachedAsync("silver.daily");
        var holder = _cluster.HolderOf(whose, KeyOf(whose, run));
        Assert.Equal(CancelOutcome.Cancelling, await holder.CancelAsync(run, "a test wants it"));
        _cluster.Kill(holder);
        Assert.Equal(RunStatus.Cancelled, (await _cluster.EndOfAsync(run)).Status);
        Assert.Equal(-1, await _bakery.Project.VersionAsync("silver.sales"));
        _cluster.Gate.Open();
        await SucceedsAsync(await _cluster.SubmitAsync());
    }

    [Fact]
    public async Task A_run_whose_silo_is_dead_can_be_cancelled_before_anybody_goes_on_with_it()
    {
        _cluster.Gate.Hold("silver.daily");
        var run = await _cluster.SubmitAsync();
        await _cluster.Gate.ReachedAsync("silver.daily");
        _cluster.Kill(_cluster.HolderOf("run", KeyOf("run", run)));
        Assert.Equal(CancelOutcome.Cancelling, await _cluster.AskAsync(silo => silo.CancelAsync(run, "a test wants it")));
        Assert.Equal(RunStatus.Cancelled, (await _cluster.EndOfAsync(run)).Status);
    }

    [Fact]
    public async Task A_run_that_waits_starts_though_the_silo_of_its_pipeline_died_with_the_news_of_the_end_before_it()
    {
        _cluster.Gate.Hold("silver.daily");
        var first = await _cluster.SubmitAsync();
        await _cluster.Gate.ReachedAsync("silver.daily");
        var second = await _cluster.SubmitAsync();
        _cluster.Kill(_cluster.HolderOf("pipeline", KeyOf("pipeline", first)));
        _cluster.Gate.Open();
        Assert.Equal(RunStatus.Succeeded, (await _cluster.EndOfAsync(first)).Status);
        await SucceedsAsync(second);
    }

    [Fact]
    public async Task A_run_goes_on_when_a_silo_joins_and_takes_its_grains_over()
    {
        _cluster.Gate.Hold("silver.daily");
        var run = await _cluster.SubmitAsync();
        await _cluster.Gate.ReachedAsync("silver.daily");
        for (var i = 0; i < 2; i++) await _cluster.AddAsync();
        _cluster.Gate.Open();
        await SucceedsAsync(run);
    }

    [Fact]
    public async Task What_writers_that_were_killed_left_unfinished_is_removed_when_nobody_can_be_at_it_any_more()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_bakery.Project.Root, "default", "tables", "silver", "sales", "_datagrid")).FullName;
        var (old, young) = (Path.Combine(folder, ".dgtmp-old"), Path.Combine(folder, ".dgtmp-young"));
        foreach (var file in (string[])[old, young]) await File.WriteAllTextAsync(file, "cut off");
        File.SetLastWriteTimeUtc(old, DateTime.UnixEpoch);

        await _cluster.AddAsync();

        using var limit = new CancellationTokenSource(MortalCluster.Patience);
        while (File.Exists(old)) await Task.Delay(20, limit.Token);
        Assert.True(File.Exists(young));
    }

    private static string KeyOf(string type, RunId run) => type switch
    {
        "run" => GrainKeys.Run(WorkspaceId.Default, run),
        "stage" => GrainKeys.Stage(WorkspaceId.Default, run, Contracts.Datasets.DatasetName.Parse("silver.daily"), 0),
        "pipeline" => GrainKeys.Pipeline(WorkspaceId.Default, PipelineId.Parse("bakery")),
        _ => GrainKeys.Workspace(WorkspaceId.Default),
    };

    private async Task SucceedsAsync(RunId run)
    {
        var ended = await _cluster.EndOfAsync(run);
        Assert.True(ended.Status == RunStatus.Succeeded, $"{ended.Status}: {ended.Problem?.Message}");
        await _cluster.QuietAsync(run);
        Assert.Empty(await _bakery.CheckAsync());
    }
}
#endif
