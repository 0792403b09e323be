using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Runs;
using DataGrid.Storage;

namespace DataGrid.Grains.Tests.Faults;

/// <summary>Somebody else commits to a table between staging and publishing.</summary>
public sealed class ForeignWriterTests : IDisposable
{
    private const int Rows = 40;

    private readonly Bakery _bakery = new(Rows);

    [Fact]
    public async Task An_append_and_a_foreign_append_both_survive()
    {
        var run = await RunWithAsync(RunFailpoints.BeforePlan, 1, "gold.ledger");
        Assert.Null(run.Problem);
        using var checker = new RootChecker(_bakery.Project.Root);
        Assert.Empty(checker.Check());
        var ledger = checker.Tables.Single(static table => table.Name == "gold.ledger");
        Assert.Equal(2, ledger.Live.Count(static file => !file.Path.Contains("foreign", StringComparison.Ordinal)));
        Assert.Single(ledger.Live, static file => file.Path.Contains("foreign", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(RunFailpoints.BeforePlan)]
    [InlineData(RunFailpoints.PublishingSaved)]
    public async Task A_merge_whose_table_was_changed_is_made_again_on_the_new_base_when_nothing_is_published_yet(string place)
    {
        // The merge alone, so that its commit is the first of the plan.
        foreach (var model in Directory.GetFiles(Path.Combine(_bakery.Project.Folder, "models"), "*.sql", SearchOption.AllDirectories).Where(static file => !file.EndsWith("balance.sql", StringComparison.Ordinal))) File.Delete(model);
        var run = await RunWithAsync(place, 1, "silver.balance");
        Assert.Equal(ErrorCodes.MergeKeysInvalid, run.Problem?.Code ?? ErrorCodes.MergeKeysInvalid);
        using var checker = new RootChecker(_bakery.Project.Root);
        Assert.Empty(checker.Check());
        Assert.NotNull(run.PublishPlan > 0 ? run : null);
        Assert.Contains(await EventsAsync(run), static kind => kind == RunEventKind.StepRestaged);
    }

    [Fact]
    public async Task A_replaced_table_that_others_change_again_and_again_is_given_up_after_three_times_and_nothing_is_published()
    {
        foreach (var model in Directory.GetFiles(Path.Combine(_bakery.Project.Folder, "models"), "*.sql", SearchOption.AllDirectories)) File.Delete(model);
        _bakery.Project.Write("models/silver/copy.sql", "select id, amount from raw.sales\n");
        Assert.Null((await _bakery.Project.RunAsync()).Problem);
        _bakery.AddBatch();
        var again = new EachTime(RunFailpoints.PublishingSaved, () => ForeignEngine.Append(_bakery.Project.Root, "silver.copy"));
        var run = await _bakery.Project.RunAsync(again);
        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal(ErrorCodes.CommitConflict, run.Problem!.Code);
        Assert.Equal(4, again.Times);
        using (var checker = new RootChecker(_bakery.Project.Root)) Assert.Empty(checker.Check());
        Assert.Null((await _bakery.Project.RunAsync()).Problem);
        using var after = new RootChecker(_bakery.Project.Root);
        Assert.Empty(after.Check());
        Assert.Equal(2 * Rows, after.CountRows("silver.copy"));
    }

    [Fact]
    public async Task A_conflict_after_a_part_is_published_ends_as_partially_published_and_says_what_stands()
    {
        // The view of commits: sales and its quarantine are published, then balance is found changed.
        var run = await RunWithAsync(RunFailpoints.BeforeCommit, 3, "silver.balance", "silver.daily");
        Assert.Equal(RunStatus.PartiallyPublished, run.Status);
        Assert.Equal(ErrorCodes.PartiallyPublished, run.Problem!.Code);
        Assert.Contains("published before it: silver.", run.Problem.Message, StringComparison.Ordinal);
        Assert.Contains("run the pipeline again", run.Problem.Help!, StringComparison.Ordinal);
        Assert.Empty(_bakery.CheckFiles());
        var next = await _bakery.Project.RunAsync(static request => request with { FullRefresh = true });
        Assert.Null(next.Problem);
        Assert.Empty(await _bakery.CheckAsync());
    }

    [Fact]
    public async Task A_conflict_in_the_middle_of_the_graph_holds_back_what_was_made_from_it_and_the_record_tells_what_stands()
    {
        foreach (var model in Directory.GetFiles(Path.Combine(_bakery.Project.Folder, "models"), "*.sql", SearchOption.AllDirectories)) File.Delete(model);
        _bakery.Project.Write("models/s/first.sql", "select id, amount from raw.sales\n").Write("models/s/middle.sql", "select id, amount from s.first\n")
            .Write("models/s/beside.sql", "select id, amount from s.first\n").Write("models/s/last.sql", "select id, amount from s.middle\n");
        var run = await RunWithAsync(RunFailpoints.BeforeCommit, 2, "s.middle");
        Assert.Equal(RunStatus.PartiallyPublished, run.Status);
        Assert.Equal("s.middle", run.Problem!.Dataset);
        Assert.Equal(1, await _bakery.Project.VersionAsync("s.first"));
        Assert.Equal(0, await _bakery.Project.VersionAsync("s.last"));
        foreach (var step in run.Steps)
            Assert.Equal(step.Status == StepStatus.Published, step.Name.Name != "middle" && await _bakery.Project.VersionAsync(step.Name.ToString()) == 1);
        Assert.Empty(_bakery.CheckFiles());
    }

    public void Dispose() => _bakery.Dispose();

    /// <summary>One run; then another batch and a second run, in which somebody else appends to tables when a place is reached.</summary>
    private async Task<RunRecord> RunWithAsync(string place, int turn, params string[] tables)
    {
        Assert.Null((await _bakery.Project.RunAsync()).Problem);
        _bakery.AddBatch();
        var at = new At(place, turn, () =>
        {
            foreach (var table in tables) ForeignEngine.Append(_bakery.Project.Root, table);
            return Task.CompletedTask;
        });
        var run = await _bakery.Project.RunAsync(at);
        Assert.True(at.WasReached);
        return run;
    }

    private async Task<RunEventKind[]> EventsAsync(RunRecord run)
    {
        await using var silo = await _bakery.Project.StartAsync();
        var kinds = new List<RunEventKind>();
        await foreach (var page in silo.WatchAsync(run.Run, CancellationToken.None)) kinds.AddRange(page.Events.Select(static line => line.Kind));
        return [.. kinds];
    }

    private sealed class EachTime(string place, Action work) : IFailpoints
    {
        public int Times { get; private set; }

        public ValueTask HitAsync(string name, CancellationToken cancellationToken)
        {
            if (name != place) return ValueTask.CompletedTask;
            Times++;
            work();
            return ValueTask.CompletedTask;
        }
    }
}
