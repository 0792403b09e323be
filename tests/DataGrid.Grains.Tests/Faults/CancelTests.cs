using System.Diagnostics;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Runs;
using DataGrid.Silo;
using Xunit.Abstractions;

namespace DataGrid.Grains.Tests.Faults;

/// <summary>A cancel at every phase: nothing is half-published, nothing stays behind, and the next run works.</summary>
public sealed class CancelTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>Thousands of millions of pairs: long enough to be cancelled, without an end that a test would wait for.</summary>
    private const string Endless = "select a.account, count(*) as n from raw.sales a, raw.sales b, raw.sales c, raw.sales d, raw.sales e where hash(a.id, b.id, c.id, d.id, e.id) % 7 = 0 group by a.account\n";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly Bakery _bakery = new();

    [Theory]
    [InlineData(RunFailpoints.RecordSaved, 1)]
    [InlineData(RunFailpoints.StageStarted, 1)]
    [InlineData(RunFailpoints.StageStarted, 3)]
    [InlineData(RunFailpoints.ResultAccepted, 1)]
    [InlineData(RunFailpoints.ResultAccepted, 4)]
    [InlineData(RunFailpoints.BeforePlan, 1)]
    public async Task Before_the_point_of_no_return_a_cancel_ends_the_run_and_nothing_is_published(string place, int turn)
    {
        var (outcome, run) = await CancelAtAsync(place, turn);
        Assert.Equal(CancelOutcome.Cancelling, outcome);
        Assert.Equal(RunStatus.Cancelled, run.Status);
        Assert.Equal(ErrorCodes.RunCancelled, run.Problem!.Code);
        Assert.Equal(-1, await _bakery.Project.VersionAsync("silver.sales"));
        Assert.Empty(_bakery.CheckFiles());
        Assert.Null((await _bakery.Project.RunAsync()).Problem);
        Assert.Empty(await _bakery.CheckAsync());
    }

    [Theory]
    [InlineData(RunFailpoints.PlanPut, 1, CancelOutcome.Publishing)]
    [InlineData(RunFailpoints.PublishingSaved, 1, CancelOutcome.Publishing)]
    [InlineData(RunFailpoints.BeforeCommit, 3, CancelOutcome.Publishing)]
    [InlineData(RunFailpoints.AllCommitted, 1, CancelOutcome.Publishing)]
    [InlineData(RunFailpoints.EndSaved, 1, CancelOutcome.Ended)]
    public async Task After_it_a_cancel_is_told_that_it_came_too_late_and_the_run_finishes(string place, int turn, CancelOutcome expected)
    {
        var (outcome, run) = await CancelAtAsync(place, turn);
        Assert.Equal(expected, outcome);
        Assert.Equal(RunStatus.Succeeded, run.Status);
        Assert.Empty(await _bakery.CheckAsync());
    }

    [Fact]
    public async Task A_cancel_interrupts_a_long_query_and_leaves_nothing()
    {
        _bakery.Project.Write("models/gold/long.sql", Endless);
        await using var silo = await _bakery.Project.StartAsync();
        var run = await SubmitAsync(silo);
        await UntilRunningAsync(silo, run, "gold.long");
        var begun = Stopwatch.GetTimestamp();
        Assert.Equal(CancelOutcome.Cancelling, await silo.CancelAsync(run, "enough"));
        var ended = await TestProject.EndOfAsync(silo, run).WaitAsync(Limit);
        output.WriteLine($"ended {Stopwatch.GetElapsedTime(begun).TotalMilliseconds:F0} ms after the cancel");
        Assert.Equal(RunStatus.Cancelled, ended.Status);
        Assert.Empty(_bakery.CheckFiles());
        File.Delete(Path.Combine(_bakery.Project.Folder, "models/gold/long.sql"));
        Assert.Null((await _bakery.Project.RunAsync(silo)).Problem);
        Assert.Empty(await _bakery.CheckAsync());
    }

    [Fact]
    public async Task A_step_that_waits_for_a_worker_is_cancelled_though_nothing_of_it_has_begun()
    {
        _bakery.Project.Write("models/gold/long.sql", Endless).Write("models/gold/longer.sql", Endless).Write("models/gold/longest.sql", Endless);
        await using var silo = await EmbeddedSilo.StartAsync(_bakery.Project.Options with { Worker = new() { Slots = 1 } }, CancellationToken.None);
        var run = await SubmitAsync(silo);
        await foreach (var page in silo.WatchAsync(run, CancellationToken.None))
            if (page.Progress.Any(static step => step.Step.Name.StartsWith("long", StringComparison.Ordinal))) break;
        await silo.CancelAsync(run, "enough");
        Assert.Equal(RunStatus.Cancelled, (await TestProject.EndOfAsync(silo, run).WaitAsync(Limit)).Status);
        Assert.Empty(_bakery.CheckFiles());
    }

    [Fact]
    public async Task A_process_that_stops_in_the_middle_of_a_query_leaves_a_run_that_the_next_start_gives_up()
    {
        _bakery.Project.Write("models/gold/long.sql", Endless);
        await using (var silo = await _bakery.Project.StartAsync()) await UntilRunningAsync(silo, await SubmitAsync(silo), "gold.long");
        await using (var next = await _bakery.Project.StartAsync()) Assert.Equal(RunStatus.Abandoned, Assert.Single(next.Recovered).Status);
        Assert.Empty(_bakery.CheckFiles());
    }

    [Fact]
    public async Task Leases_that_run_out_while_the_attempts_go_on_make_no_row_twice_and_leave_nothing()
    {
        // As when a laptop sleeps: the dispatcher has not heard of the attempts, they are given out again, and their first owners report all the same.
        var options = _bakery.Project.Options with
        {
            Dispatch = new() { Lease = TimeSpan.FromMilliseconds(40), LeaseCheckEvery = TimeSpan.FromMilliseconds(10) },
            Worker = new() { HeartbeatEvery = TimeSpan.FromSeconds(5) },
        };
        await using (var silo = await EmbeddedSilo.StartAsync(options, CancellationToken.None))
        {
            var run = await _bakery.Project.RunAsync(silo).WaitAsync(Limit);
            Assert.Null(run.Problem);
            output.WriteLine($"attempts: {string.Join(", ", run.Steps.Select(static step => $"{step.Name} {step.Attempts}"))}");
        }
        Assert.Empty(await _bakery.CheckAsync());
    }

    public void Dispose() => _bakery.Dispose();

    private async Task<(CancelOutcome Outcome, RunRecord Run)> CancelAtAsync(string place, int turn)
    {
        EmbeddedSilo? silo = null;
        var outcome = CancelOutcome.Unknown;
        var at = new At(place, turn, async () => outcome = await silo!.CancelAsync(OnlyRun(), "a test wants it"));
        await using (silo = await EmbeddedSilo.StartAsync(_bakery.Project.Options with { Failpoints = at }, CancellationToken.None))
        {
            var ended = await TestProject.EndOfAsync(silo, await SubmitAsync(silo)).WaitAsync(Limit);
            Assert.True(at.WasReached);
            return (outcome, ended);
        }

        // The caller learns the id when the run has started, which may be later than the place; the run's folder tells it.
        RunId OnlyRun() => RunId.Parse(Path.GetFileName(Directory.EnumerateDirectories(Path.Combine(_bakery.Project.Root, "default", "runs")).Single()));
    }

    private async Task<RunId> SubmitAsync(EmbeddedSilo silo)
    {
        var spec = await _bakery.Project.CompileAsync();
        return (await silo.SubmitAsync(spec, new RunRequest { Fingerprint = spec.Fingerprint, ProjectDirectory = _bakery.Project.Folder })).Run!.Value;
    }

    private static async Task UntilRunningAsync(EmbeddedSilo silo, RunId run, string step)
    {
        await foreach (var page in silo.WatchAsync(run, CancellationToken.None))
            if (page.Progress.Any(progress => progress.Step.ToString() == step && progress.Progress.Phase == "writing")) return;
    }
}
