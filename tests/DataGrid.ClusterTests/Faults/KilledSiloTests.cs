using DataGrid.ClusterTests.Support;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Runs;
using DataGrid.Grains.Tests.Metadata.Postgres;
using DataGrid.Storage;
using Xunit.Abstractions;

namespace DataGrid.ClusterTests.Faults;

/// <summary>A silo is killed while others live: at every named place of a run and of a commit, each in turn.</summary>
[Collection(KillsCollection.Name)]
public sealed class KilledSiloTests(PostgresServer server, ITestOutputHelper output)
{
    private static readonly string[] Places = [.. RunFailpoints.All, Failpoints.CommitPlanned, Failpoints.CommitBeforePut, Failpoints.CommitAfterPut, Failpoints.CommitBeforeAnswer];

    [Fact]
    public async Task Killed_at_each_place_of_a_run_the_others_end_it_and_no_row_is_lost_or_comes_twice()
    {
        await using var bed = await ClusterBed.StartAsync(server, "one", "two");
        Assert.Null((await bed.RunAsync()).Problem);
        foreach (var place in Places)
        {
            bed.Bakery.AddBatch();
            bed.Arm(place, "kill");
            var run = await bed.SubmitAsync();
            var killed = await bed.ReachedAsync(place);
            Assert.True(await killed.EndsAsync() > 128, $"{place}: {killed.Said}");
            // While the other takes over, it comes back.
            var back = bed.AddAsync(killed.Name);
            var record = await bed.EndOfAsync(run);
            output.WriteLine($"{place} on {killed.Name}: {record.Status} {record.Problem?.Message}");
            Assert.True(record.Status == RunStatus.Succeeded, $"{place}: {record.Status} {record.Problem?.Message}");
            await back;
        }

        // Also where the answer to a submit was lost, there is one run of it.
        Assert.Equal(1 + Places.Length, bed.RunsKept);
        var last = await bed.RunAsync();

        Assert.True(last.Status == RunStatus.Succeeded, last.Problem?.Message);
        Assert.Empty(await bed.CheckAsync());
    }
}
