namespace DataGrid.Gateway.Tests.Silos;

public sealed class ClusterTests(Bed bed) : IClassFixture<Bed>
{
    [Fact]
    public async Task A_cluster_tells_its_silos_workers_and_queue()
    {
        await bed.RunAsync();
        var cluster = await bed.GetAsync("/api/v1/cluster");
        var silo = Assert.Single(cluster.GetProperty("silos").EnumerateArray());
        Assert.Equal(("active", true), (silo.GetProperty("status").GetString(), silo.GetProperty("isSelf").GetBoolean()));
        var worker = Assert.Single(cluster.GetProperty("workers").EnumerateArray());
        Assert.Equal(silo.GetProperty("address").GetString(), worker.GetProperty("worker").GetString());
        Assert.Empty(worker.GetProperty("running").EnumerateArray());
        Assert.Equal(0, cluster.GetProperty("queue").GetProperty("waiting").GetInt32());
    }
}
