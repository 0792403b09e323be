using DataGrid.ClusterTests.Support;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Tests.Metadata.Postgres;

namespace DataGrid.ClusterTests.Faults;

/// <summary>The line to one of three silos carries nothing, one way or the other; what was on its way arrives when the line is well again.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PartitionTests(PostgresServer server)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_line_that_carries_nothing_one_way_costs_no_row(bool isTowards)
    {
        await using var bed = await ClusterBed.CreateAsync(server);
        await Task.WhenAll(((string[])["one", "two", "three"]).Select(name => bed.AddAsync(name, isProxied: name == "two")));
        Assert.Null((await bed.RunAsync()).Problem);
        bed.Bakery.AddBatch();

        if (isTowards) bed.WayTo("two").HoldTowards();
        else bed.WayTo("two").HoldBack();
        var during = await bed.RunAsync();
        bed.WayTo("two").Release();

        Assert.True(during.Status is RunStatus.Succeeded or RunStatus.Abandoned or RunStatus.Failed, during.Status.ToString());
        bed.Bakery.AddBatch();
        var after = await bed.RunAsync();
        Assert.Equal((RunStatus.Succeeded, null), (after.Status, after.Problem?.Message));
        // Who was taken for dead has ended itself, and nobody else has.
        Assert.All(bed.Nodes.Where(static node => node.HasEnded), static node => Assert.Contains("dead ", node.Said, StringComparison.Ordinal));
        Assert.True(bed.Nodes.Count(static node => node.HasEnded) <= 1, bed.Logs());
        Assert.Empty(await bed.CheckAsync());
    }
}
