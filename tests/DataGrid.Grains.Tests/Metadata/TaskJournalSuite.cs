using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;

namespace DataGrid.Grains.Tests.Metadata;

public abstract class TaskJournalSuite : MetadataSuite
{
    private static readonly RunId Run = RunId.Create(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), 1);
    private static readonly RunId OtherRun = RunId.Create(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), 2);

    private ITaskJournal Journal => Bed.Journal;

    [Fact]
    public async Task The_first_result_of_a_task_is_its_result()
    {
        var first = Report(Run, 0, 1, Guid.Parse("11111111-1111-1111-1111-111111111111"));
        var late = Report(Run, 0, 1, Guid.Parse("22222222-2222-2222-2222-222222222222"));
        Assert.Equal(first.Result.Attempt, (await Journal.AcceptAsync(first, default)).Result.Attempt);
        Assert.Equal(first.Result.Attempt, (await Journal.AcceptAsync(late, default)).Result.Attempt);
    }

    [Fact]
    public async Task Of_many_results_at_once_all_hear_of_the_same_winner()
    {
        var winners = await Task.WhenAll(Enumerable.Range(1, 50).Select(i => Journal.AcceptAsync(Report(Run, 0, 1, new Guid(i, 0, 0, new byte[8])), default)));
        Assert.Single(winners.Select(w => w.Result.Attempt).Distinct());
    }

    [Fact]
    public async Task Results_that_share_a_statement_each_have_their_own_winner()
    {
        var early = await Task.WhenAll(Enumerable.Range(0, 40).Where(i => i % 2 == 0).Select(i => Journal.AcceptAsync(Report(Run, i, 1, new Guid(i + 1, 0, 0, new byte[8])), default)));
        var all = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Journal.AcceptAsync(Report(Run, i, 1, new Guid(1000 + i, 0, 0, new byte[8])), default)));
        Assert.Equal(early.Select(r => r.Result.Attempt), all.Where((_, i) => i % 2 == 0).Select(r => r.Result.Attempt));
        Assert.Equal(Enumerable.Range(0, 40).Where(i => i % 2 == 1).Select(i => AttemptId.Create(new Guid(1000 + i, 0, 0, new byte[8]))), all.Where((_, i) => i % 2 == 1).Select(r => r.Result.Attempt));
        Assert.Equal(40, (await Journal.ListAsync(Run, default)).Length);
    }

    [Fact]
    public async Task Another_generation_has_its_own_result()
    {
        await Journal.AcceptAsync(Report(Run, 0, 1, Guid.Parse("11111111-1111-1111-1111-111111111111")), default);
        var next = Report(Run, 0, 2, Guid.Parse("22222222-2222-2222-2222-222222222222"));
        Assert.Equal(next.Result.Attempt, (await Journal.AcceptAsync(next, default)).Result.Attempt);
    }

    [Fact]
    public async Task A_runs_results_are_listed_and_forgotten_apart_from_others()
    {
        await Journal.AcceptAsync(Report(Run, 10, 1, Guid.NewGuid()), default);
        await Journal.AcceptAsync(Report(Run, 2, 1, Guid.NewGuid()), default);
        await Journal.AcceptAsync(Report(OtherRun, 0, 1, Guid.NewGuid()), default);
        Assert.Equal([2, 10], (await Journal.ListAsync(Run, default)).Select(r => r.Result.Task.Number));
        await Journal.ForgetAsync(Run, default);
        Assert.Empty(await Journal.ListAsync(Run, default));
        Assert.Single(await Journal.ListAsync(OtherRun, default));
    }

    [Fact]
    public async Task Results_outlive_the_process()
    {
        var report = Report(Run, 0, 1, Guid.Parse("11111111-1111-1111-1111-111111111111"));
        await Journal.AcceptAsync(report, default);
        await Bed.ReopenAsync();
        Assert.Equal(report.Result.Attempt, Assert.Single(await Journal.ListAsync(Run, default)).Result.Attempt);
    }

    private static TaskReport Report(RunId run, int number, int generation, Guid attempt) => new()
    {
        Generation = generation,
        Result = new TaskResult
        {
            Task = new TaskId(run, DatasetName.Parse("main.flights"), number),
            Attempt = AttemptId.Create(attempt),
            Outcome = TaskOutcome.Succeeded,
        },
    };
}
