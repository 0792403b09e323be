using DataGrid.Runtime.Tests.Conformance;

namespace DataGrid.Runtime.Tests.Activations;

public sealed class WaitingRequestsTests : ClusterTest
{
    private ISlowGrain Grain => Grains.GetGrain<ISlowGrain>("a");

    [Fact]
    public async Task A_request_cancelled_while_it_waits_never_runs()
    {
        using var source = new CancellationTokenSource();
        var first = Grain.Block("go");
        await Probe.Wait("in go");
        var second = Grain.Run("second", source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Probe.Set("go");
        await first;
        await Grain.Run("third", CancellationToken.None);
        Assert.Equal(["out go", "ran third"], Probe.Events);
    }
}
