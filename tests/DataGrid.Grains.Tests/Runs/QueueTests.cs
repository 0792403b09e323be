using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.Silo;
using DataGrid.Silo.Reading;

namespace DataGrid.Grains.Tests.Runs;

/// <summary>Runs of one pipeline go one after the other; one that waits can be seen, followed and cancelled.</summary>
public sealed class QueueTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly TestProject _project = new TestProject()
        .Write("datagrid.yaml", "pipeline: shop\n")
        .Write("models/gold/quick.sql", "select 42 as answer\n")
        .Write("models/gold/slow.sql", "select count(*) as n from range(4000000000000) as numbers(i) where i % 7 = i % 11\n");

    [Fact]
    public async Task A_run_that_waits_says_for_which_one_and_starts_when_that_has_ended()
    {
        await using var silo = await _project.StartAsync();
        var first = await SubmitAsync(silo);
        var second = await SubmitAsync(silo, "gold.quick");
        var third = await SubmitAsync(silo, "gold.quick");

        var waiting = (await silo.GetRunAsync(second))!;
        Assert.Equal(RunStatus.Queued, waiting.Status);
        Assert.Equal(first, waiting.WaitsFor);
        Assert.Equal(second, (await silo.GetRunAsync(third))!.WaitsFor);
        Assert.Contains(first.Value, Assert.Single((await FirstPageAsync(silo, second)).Events).Message, StringComparison.Ordinal);
        // Other processes see it too: they read files.
        using (var reader = WorkspaceReader.Open(_project.Root, WorkspaceId.Default))
            Assert.Equal(RunStatus.Queued, (await reader.Runs.ReadAsync(second, CancellationToken.None))!.Status);

        await silo.CancelAsync(first, "long enough");
        await EndAsync(silo, third);

        var done = (await silo.GetRunAsync(second))!;
        Assert.Equal(RunStatus.Succeeded, done.Status);
        Assert.Null(done.WaitsFor);
        Assert.Equal(RunStatus.Succeeded, (await silo.GetRunAsync(third))!.Status);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_while_it_waits_never_starts_and_keeps_nobody_waiting()
    {
        await using var silo = await _project.StartAsync();
        var first = await SubmitAsync(silo);
        var second = await SubmitAsync(silo);
        var third = await SubmitAsync(silo, "gold.quick");

        Assert.Equal(CancelOutcome.Cancelling, await silo.CancelAsync(second, "not needed"));
        await EndAsync(silo, second);
        await silo.CancelAsync(first, "long enough");
        await EndAsync(silo, third);

        var cancelled = (await silo.GetRunAsync(second))!;
        Assert.Equal(RunStatus.Cancelled, cancelled.Status);
        Assert.Empty(cancelled.Steps);
        Assert.Equal(RunStatus.Succeeded, (await silo.GetRunAsync(third))!.Status);
    }

    [Fact]
    public async Task A_run_that_still_waits_when_its_process_ends_is_given_up_by_the_next()
    {
        RunId second;
        await using (var silo = await _project.StartAsync())
        {
            await SubmitAsync(silo);
            second = await SubmitAsync(silo, "gold.quick");
        }

        await using var next = await _project.StartAsync();

        Assert.Equal(RunStatus.Abandoned, next.Recovered.Single(run => run.Run == second).Status);
        Assert.Equal(-1, await _project.VersionAsync("gold.quick"));
    }

    public void Dispose() => _project.Dispose();

    private async Task<RunId> SubmitAsync(EmbeddedSilo silo, params string[] selected)
    {
        var spec = await _project.CompileAsync();
        var outcome = await silo.SubmitAsync(spec, new RunRequest { Fingerprint = spec.Fingerprint, ProjectDirectory = _project.Folder, Selected = [.. selected.Select(DatasetName.Parse)] });
        return outcome.Run!.Value;
    }

    private static async Task<RunEventPage> FirstPageAsync(EmbeddedSilo silo, RunId run)
    {
        await using var pages = silo.WatchAsync(run, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await pages.MoveNextAsync());
        return pages.Current;
    }

    private static async Task EndAsync(EmbeddedSilo silo, RunId run)
    {
        using var limit = new CancellationTokenSource(Limit);
        await foreach (var page in silo.WatchAsync(run, limit.Token))
            if (page.IsComplete) return;
    }
}
