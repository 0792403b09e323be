using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Storage;
using DataGrid.Silo;
using DataGrid.Storage.Runs;

namespace DataGrid.Grains.Tests.Faults;

/// <summary>The disk is full, may not be written, or loses replies.</summary>
public sealed class StoreFaultTests : IDisposable
{
    private readonly Bakery _bakery = new(rowsPerBatch: 20);
    private FaultyStore? _store;

    private SiloOptions Options => _bakery.Project.Options with { Store = store => _store = new FaultyStore(store) };

    [Theory]
    [InlineData("put", "/run.json")]
    [InlineData("create", "/publish-1.json")]
    [InlineData("adopt", "/silver/daily/")]
    [InlineData("create", "/_datagrid/lineage")]
    public async Task A_full_disk_before_the_plan_fails_the_run_and_the_next_one_works(string verb, string path)
    {
        await using var silo = await EmbeddedSilo.StartAsync(Options, CancellationToken.None);
        var isFull = true;
        _store!.Before = (did, at) => isFull && did == verb && at.Contains(path, StringComparison.Ordinal) ? FaultyStore.NoSpace(at) : null;
        var failed = await _bakery.Project.RunAsync(silo);
        Assert.Equal(RunStatus.Failed, failed.Status);
        Assert.Equal(ErrorCodes.DiskFull, failed.Problem!.Code);
        Assert.Contains("make room", failed.Problem.Help!, StringComparison.Ordinal);
        Assert.Equal(-1, await _bakery.Project.VersionAsync("silver.daily"));
        isFull = false;
        Assert.Null((await _bakery.Project.RunAsync(silo)).Problem);
        await AssertSoundAsync();
    }

    [Theory]
    [InlineData("silver/balance/_delta_log")]
    [InlineData("gold/ledger/_delta_log")]
    [InlineData("/published/")]
    public async Task A_full_disk_while_publishing_is_finished_by_the_next_run_of_the_same_process_once_there_is_room(string path)
    {
        await using var silo = await EmbeddedSilo.StartAsync(Options, CancellationToken.None);
        var isFull = true;
        _store!.Before = (verb, at) => isFull && verb == "create" && at.Contains(path, StringComparison.Ordinal) ? FaultyStore.NoSpace(at) : null;
        var stuck = await _bakery.Project.RunAsync(silo);
        Assert.Equal(RunStatus.Publishing, stuck.Status);
        Assert.Equal(ErrorCodes.DiskFull, stuck.Problem!.Code);

        var refused = await _bakery.Project.RunAsync(silo);
        Assert.Equal(RunStatus.Failed, refused.Status);
        Assert.Contains("half-published", refused.Problem!.Message, StringComparison.Ordinal);

        isFull = false;
        Assert.Null((await _bakery.Project.RunAsync(silo)).Problem);
        Assert.Equal(RunStatus.Succeeded, (await silo.GetRunAsync(stuck.Run))!.Status);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task A_table_that_cannot_be_written_holds_back_what_was_made_from_it_until_there_is_room()
    {
        await using var silo = await EmbeddedSilo.StartAsync(Options, CancellationToken.None);
        var isFull = true;
        _store!.Before = (verb, at) => isFull && verb == "create" && at.Contains("silver/sales/_delta_log", StringComparison.Ordinal) ? FaultyStore.NoSpace(at) : null;
        Assert.Equal(RunStatus.Publishing, (await _bakery.Project.RunAsync(silo)).Status);
        foreach (var table in new[] { "silver.sales", "silver.daily", "silver.daily__quarantine", "gold.ledger" }) Assert.Equal(-1, await _bakery.Project.VersionAsync(table));
        isFull = false;
        Assert.Null((await _bakery.Project.RunAsync(silo)).Problem);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task A_full_disk_while_publishing_is_finished_by_the_next_start()
    {
        await using (var silo = await EmbeddedSilo.StartAsync(Options, CancellationToken.None))
        {
            _store!.Before = static (verb, at) => verb == "create" && at.Contains("silver/daily/_delta_log", StringComparison.Ordinal) ? FaultyStore.NoSpace(at) : null;
            Assert.Equal(RunStatus.Publishing, (await _bakery.Project.RunAsync(silo)).Status);
        }
        await using var next = await EmbeddedSilo.StartAsync(Options, CancellationToken.None);
        Assert.Equal(RunStatus.Succeeded, Assert.Single(next.Recovered).Status);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task A_plan_whose_reply_is_lost_is_the_runs_plan()
    {
        await using var silo = await EmbeddedSilo.StartAsync(Options, CancellationToken.None);
        _store!.After = static (verb, at) => verb == "create" && at.Contains("/publish-1", StringComparison.Ordinal) ? new ObjectStoreException("the reply was lost") : null;
        Assert.Null((await _bakery.Project.RunAsync(silo)).Problem);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task A_plan_of_which_nothing_is_known_is_settled_when_the_store_answers_again()
    {
        await using var silo = await EmbeddedSilo.StartAsync(Options, CancellationToken.None);
        var isAway = true;
        _store!.After = (verb, at) => isAway && at.Contains("/publish-1", StringComparison.Ordinal) ? new ObjectStoreException("the store does not answer") : null;
        var unsettled = await _bakery.Project.RunAsync(silo);
        Assert.False(unsettled.IsTerminal);
        Assert.Equal(ErrorCodes.StoreUnavailable, unsettled.Problem!.Code);
        Assert.Equal(CancelOutcome.Ended, await silo.CancelAsync(unsettled.Run, "too late"));
        isAway = false;
        Assert.Null((await _bakery.Project.RunAsync(silo)).Problem);
        Assert.Equal(RunStatus.Succeeded, (await silo.GetRunAsync(unsettled.Run))!.Status);
        await AssertSoundAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_end_that_cannot_be_written_is_told_to_nobody_until_it_can(bool isReplyLost)
    {
        await using var silo = await EmbeddedSilo.StartAsync(Options with { Runs = new() { OutlivesSilos = true, StageCheckEvery = TimeSpan.FromMilliseconds(50) } }, CancellationToken.None);
        var isAway = true;
        var tries = 0;
        var tried = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Func<string, string, Exception?> fault = (_, at) =>
        {
            if (!isAway || !at.EndsWith("/end.json", StringComparison.Ordinal)) return null;
            if (Interlocked.Increment(ref tries) == 3) tried.SetResult();
            return new ObjectStoreException("the store does not answer");
        };
        if (isReplyLost) _store!.After = (verb, at) => verb == "create" ? fault(verb, at) : null;
        else _store!.Before = (verb, at) => verb == "create" ? fault(verb, at) : null;
        var running = _bakery.Project.RunAsync(silo);
        await tried.Task;
        Assert.False(running.IsCompleted);
        isAway = false;
        var ended = await running;
        Assert.Equal(RunStatus.Succeeded, ended.Status);
        Assert.Equal(ended.EndedAt, (await silo.Service<RunStore>().ReadAsync(ended.Run, CancellationToken.None))!.EndedAt);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task A_folder_that_may_not_be_written_fails_the_run_and_says_so()
    {
        await using var silo = await EmbeddedSilo.StartAsync(Options, CancellationToken.None);
        _store!.Before = static (verb, at) => verb == "read" ? null : new ObjectStoreException(StoreFault.AccessDenied, $"Could not {verb} '{at}': this user may not.", null);
        var spec = await _bakery.Project.CompileAsync();
        var outcome = await silo.SubmitAsync(spec, new RunRequest { Fingerprint = spec.Fingerprint, ProjectDirectory = _bakery.Project.Folder });
        Assert.Null(outcome.Run);
        Assert.Equal(ErrorCodes.PermissionDenied, Assert.Single(outcome.Problems).Code);
    }

    [Fact]
    public async Task A_step_that_fails_for_a_moment_is_tried_again_and_its_attempts_are_counted()
    {
        await using var silo = await EmbeddedSilo.StartAsync(Options, CancellationToken.None);
        var faults = 1;
        _store!.Before = (verb, at) => verb == "adopt" && at.Contains("silver/balance", StringComparison.Ordinal) && Interlocked.Decrement(ref faults) >= 0 ? new ObjectStoreException("a moment of weakness") : null;
        var run = await _bakery.Project.RunAsync(silo);
        Assert.Null(run.Problem);
        Assert.Equal(2, run.Steps.Single(static step => step.Name.Name == "balance").Attempts);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task A_step_that_fails_again_and_again_is_given_up_after_its_retries()
    {
        await using var silo = await EmbeddedSilo.StartAsync(Options, CancellationToken.None);
        _store!.Before = static (verb, at) => verb == "adopt" && at.Contains("silver/balance", StringComparison.Ordinal) ? new ObjectStoreException("no strength at all") : null;
        var run = await _bakery.Project.RunAsync(silo);
        Assert.Equal(ErrorCodes.StoreUnavailable, run.Problem!.Code);
        Assert.Equal(2, run.Steps.Single(static step => step.Name.Name == "balance").Attempts);
        Assert.Empty(_bakery.CheckFiles());
    }

    public void Dispose() => _bakery.Dispose();

    private async Task AssertSoundAsync() => Assert.Empty(await _bakery.CheckAsync());
}
