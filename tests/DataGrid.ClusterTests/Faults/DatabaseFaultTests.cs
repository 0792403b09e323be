using DataGrid.ClusterTests.Support;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Tests.Metadata.Postgres;

namespace DataGrid.ClusterTests.Faults;

/// <summary>PostgreSQL is killed and started again under silos that work.</summary>
[Collection(PostgresCollection.Name)]
public sealed class DatabaseFaultTests(PostgresServer server)
{
    [Fact]
    public async Task A_database_that_is_away_for_longer_than_a_lease_costs_no_silo_its_life_and_no_row()
    {
        await using var bed = await ClusterBed.StartAsync(server, "one", "two");
        Assert.Null((await bed.RunAsync()).Problem);
        bed.Bakery.AddBatch();
        var run = await bed.SubmitAsync();

        await server.Local.StopAsync("immediate", CancellationToken.None);
        await ClusterBed.LastAsync(TimeSpan.FromSeconds(5));
        await server.Local.StartAgainAsync(CancellationToken.None);

        var ended = await bed.EndOfAsync(run);
        Assert.Equal((RunStatus.Succeeded, null), (ended.Status, ended.Problem?.Message));
        Assert.Equal("one active, two active", await bed.MembersAsync());
        Assert.All(bed.Nodes, static node => Assert.False(node.HasEnded, node.Said));
        bed.Bakery.AddBatch();
        Assert.Null((await bed.RunAsync()).Problem);
        Assert.Empty(await bed.CheckAsync());
    }
}
