using DataGrid.Client;
using DataGrid.Client.Runs;
using DataGrid.ClusterTests.Support;
using DataGrid.Grains.Tests.Metadata.Postgres;
using RunStatus = DataGrid.Client.Runs.RunStatus;

namespace DataGrid.ClusterTests.Faults;

/// <summary>Who watches a run through a gateway sees all of it, also when that gateway's silo dies.</summary>
[Collection(KillsCollection.Name)]
public sealed class WatcherTests(PostgresServer server)
{
    [Fact]
    public async Task The_silo_that_serves_a_watcher_is_killed_and_the_watcher_misses_nothing()
    {
        await using var bed = new ClusterBed(await server.CreateAsync()) { HasGateways = true };
        await Task.WhenAll(bed.AddAsync("one"), bed.AddAsync("two"));
        Assert.Null((await bed.RunAsync()).Problem);
        bed.Bakery.AddBatch();
        using var client = new DataGridClient(new DataGridClientOptions { Servers = [bed.GatewayOf("one"), bed.GatewayOf("two")], WatchPatience = ClusterBed.Patience });
        using var limit = new CancellationTokenSource(ClusterBed.Patience);

        var started = await bed.SubmitAsync();
        var news = new List<RunNews>();
        await foreach (var piece in client.Runs.WatchAsync(started.Value, 0, limit.Token))
        {
            if (news.Count == 0) await bed["one"].SignalAsync("KILL");
            news.Add(piece);
        }

        Assert.Equal(RunStatus.Succeeded, news[^1].End);
        var numbers = news.Where(static piece => piece.Event is not null).Select(static piece => piece.Event!.Sequence).ToList();
        Assert.Equal(Enumerable.Range(1, numbers.Count).Select(static number => (long)number), numbers);
        Assert.Equal(bed.GatewayOf("two"), client.Server);
        Assert.Equal(numbers.Count, (await client.Runs.ReadEventsAsync(started.Value, limit.Token)).Count);

        // What is started through the one that lives is started once.
        var again = await client.Runs.StartAsync((await client.Runs.GetAsync(started.Value, limit.Token)).Pipeline, new RunStart(), limit.Token);
        RunNews? last = null;
        await foreach (var piece in client.Runs.WatchAsync(again.Id, 0, limit.Token)) last = piece;
        Assert.Equal(RunStatus.Succeeded, last?.End);
    }
}
