using System.Diagnostics;
using System.Globalization;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Runs;
using DataGrid.Storage;
using Xunit.Abstractions;

namespace DataGrid.Grains.Tests.Faults;

/// <summary>The process dies: at every named place in turn, and at random moments.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    // Each costs two starts of a process: the build proves that it works at all, DATAGRID_FAULT_KILLS and load-tests/crash-flights that it always does.
    private const int Kills = 10;

    /// <summary>Places before the point of no return: the run is given up. After them it is finished.</summary>
    private static readonly string[] BeforeReturn = [RunFailpoints.PipelineWritten, RunFailpoints.StateWritten, RunFailpoints.RecordSaved, RunFailpoints.InputsPinned, RunFailpoints.StageStarted, RunFailpoints.ResultAccepted, RunFailpoints.BeforePlan];

    [Fact]
    public async Task Killed_at_every_named_place_the_next_start_finishes_the_run_or_gives_it_up_and_no_row_comes_twice()
    {
        using var bakery = new Bakery();
        Assert.Null((await bakery.Project.RunAsync()).Problem);
        (string Place, int Turn)[] places =
        [
            .. RunFailpoints.All.Select(static place => (place, 1)),
            (RunFailpoints.StageStarted, 3), (RunFailpoints.ResultAccepted, 4), .. Enumerable.Range(2, 5).Select(static turn => (RunFailpoints.BeforeCommit, turn)),
            (Failpoints.CommitBeforePut, 2), (Failpoints.CommitAfterPut, 1), (Failpoints.CommitAfterPut, 4), (Failpoints.CommitBeforeAnswer, 6),
            (Failpoints.CheckpointBeforeWrite, 1), (Failpoints.CheckpointBeforePublish, 1), (Failpoints.CheckpointBeforePointer, 2), (Failpoints.CheckpointAfterPointer, 1),
        ];
        foreach (var (place, turn) in places) await KillAtAsync(bakery, place, turn);
        Assert.Empty(await bakery.CheckAsync());
    }

    /// <summary>Seeded by <c>DATAGRID_FAULT_SEED</c>; the number of kills can be raised by <c>DATAGRID_FAULT_KILLS</c>.</summary>
    [Fact]
    public async Task Killed_at_random_moments_and_run_to_the_end_the_rows_are_those_of_an_undisturbed_run()
    {
        var seed = Number("DATAGRID_FAULT_SEED") ?? Random.Shared.Next();
        output.WriteLine($"DATAGRID_FAULT_SEED={seed}");
        var random = new Random(seed);
        using var bakery = new Bakery();
        var (startup, running) = await MeasureAsync(bakery);
        var (kills, ends) = (0, 0);
        for (var wanted = Number("DATAGRID_FAULT_KILLS") ?? Kills; kills < wanted && ends < 4 * wanted;)
        {
            if (random.Next(3) == 0) bakery.AddBatch();
            using var host = RunHost.Start(bakery.Project.Folder);
            var whileStarting = random.Next(5) == 0;
            if (!whileStarting) Assert.True(await host.IsStartedAsync(), (await host.EndAsync()).Said);
            var begun = Stopwatch.GetTimestamp();
            if (await host.KillAfterAsync((whileStarting ? startup : running) * random.NextDouble())) kills++;
            else (ends, running) = (ends + 1, Stopwatch.GetElapsedTime(begun));
        }
        output.WriteLine($"{kills} kills, {ends} runs that ended before theirs; start {startup.TotalMilliseconds:F0} ms, run {running.TotalMilliseconds:F0} ms");
        bakery.AddBatch();
        var last = await bakery.Project.RunAsync();
        Assert.Null(last.Problem);
        Assert.True(await bakery.CheckAsync() is { Count: 0 }, $"seed {seed}: {string.Join('\n', await bakery.CheckAsync())}");
    }

    private async Task KillAtAsync(Bakery bakery, string place, int turn)
    {
        var what = $"{place} ({turn})";
        bakery.AddBatch();
        using (var host = RunHost.Start(bakery.Project.Folder, place, turn))
        {
            await host.IsStartedAsync();
            var (wasKilled, said) = await host.EndAsync();
            // A checkpoint comes by every few versions only.
            if (!wasKilled && place.StartsWith("checkpoint", StringComparison.Ordinal))
            {
                using var second = RunHost.Start(bakery.Project.Folder, place, turn);
                await second.IsStartedAsync();
                (wasKilled, said) = await second.EndAsync();
            }
            Assert.True(wasKilled || place.StartsWith("checkpoint", StringComparison.Ordinal), $"{what} was never reached: {said}");
        }
        await using var silo = await bakery.Project.StartAsync();
        output.WriteLine($"{what}: {string.Join(", ", silo.Recovered.Select(static run => $"{run.Status} {run.Problem?.Message}"))}");
        Assert.True(silo.Recovered.All(static run => run.IsTerminal), what);
        var recovered = silo.Recovered.Where(static run => run.Status != RunStatus.Succeeded).ToArray();
        if (BeforeReturn.Contains(place)) Assert.All(recovered, static run => Assert.Equal(RunStatus.Abandoned, run.Status));
        else Assert.True(recovered.Length == 0, what);
        Assert.True(bakery.CheckFiles() is { Count: 0 }, $"{what}: {string.Join('\n', bakery.CheckFiles())}");
    }

    private static async Task<(TimeSpan Startup, TimeSpan Running)> MeasureAsync(Bakery bakery)
    {
        var begun = Stopwatch.GetTimestamp();
        using var host = RunHost.Start(bakery.Project.Folder);
        Assert.True(await host.IsStartedAsync());
        var startup = Stopwatch.GetElapsedTime(begun);
        Assert.False((await host.EndAsync()).WasKilled);
        return (startup, Stopwatch.GetElapsedTime(begun) - startup);
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
}
