using DataGrid.ClusterTests.Support;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Tests.Metadata.Postgres;
using DataGrid.Storage;

namespace DataGrid.ClusterTests.Faults;

/// <summary>A silo stands still until the others have declared it dead and done its work, and goes on in the middle of what it was doing.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ZombieTests(PostgresServer server)
{
    [Fact]
    public async Task Stopped_between_an_entry_and_its_put_it_wakes_to_find_that_others_committed_and_ends_itself()
    {
        await using var bed = await ClusterBed.StartAsync(server, "one", "two");
        Assert.Null((await bed.RunAsync()).Problem);
        bed.Bakery.AddBatch();
        bed.Arm(Failpoints.CommitBeforePut, "stop");
        var run = await bed.SubmitAsync();
        var zombie = await bed.ReachedAsync(Failpoints.CommitBeforePut);
        await bed.MembersBecomeAsync(members => !members.Contains(zombie.Name, StringComparison.Ordinal));

        var ended = await bed.EndOfAsync(run);
        Assert.Equal((RunStatus.Succeeded, null), (ended.Status, ended.Problem?.Message));
        bed.Bakery.AddBatch();
        Assert.Null((await bed.RunAsync()).Problem);
        await zombie.SignalAsync("CONT");
        await zombie.SaysAsync("dead");
        Assert.Equal(3, await zombie.EndsAsync());

        bed.Bakery.AddBatch();
        Assert.Null((await bed.RunAsync()).Problem);
        Assert.Empty(await bed.Bakery.CheckAsync());
    }
}
