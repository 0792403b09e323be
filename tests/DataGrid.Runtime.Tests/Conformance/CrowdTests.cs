using Orleans;

namespace DataGrid.Runtime.Tests.Conformance;

public interface ICrowdGrain : IGrainWithStringKey
{
    Task<int> Next();
}

[GrainType("crowd")]
public sealed class CrowdGrain : Grain, ICrowdGrain
{
    private bool _inside;
    private int _count;

    public async Task<int> Next()
    {
        if (_inside)
            throw new InvalidOperationException("Two requests at once.");
        _inside = true;
        await Task.Yield();
        _inside = false;
        return ++_count;
    }
}

public sealed class CrowdTests : ClusterTest
{
    [Fact]
    public async Task Thousands_of_waiting_requests_run_one_by_one()
    {
        var grain = Grains.GetGrain<ICrowdGrain>("a");
        var answers = await Task.WhenAll(Enumerable.Range(0, 5000).Select(_ => grain.Next()));
        // In which order is nowhere promised: Orleans lets requests overtake each other while an activation comes to life.
        Assert.Equal(Enumerable.Range(1, 5000), answers.Order());
    }

    private protected override Task<TestCluster> StartAsync() => TestCluster.StartAsync(new TestCluster.Settings { MaxQueuedRequests = 10_000 });
}
