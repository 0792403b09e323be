using DataGrid.ClusterTests.Support;
using DataGrid.Contracts.Datasets;
using DataGrid.Grains.Tests.Metadata.Postgres;
using DataGrid.Silo.Owner;

namespace DataGrid.ClusterTests.Faults;

/// <summary>Messages that come twice and late, and silos that do not agree on the hour.</summary>
[Collection(PostgresCollection.Name)]
public sealed class DeliveryAndClockTests(PostgresServer server)
{
    [Fact]
    public async Task Every_call_made_twice_and_half_of_them_late_makes_no_row_twice()
    {
        await using var bed = await ClusterBed.CreateAsync(server);
        await Task.WhenAll(bed.AddAsync("one", words: "twice"), bed.AddAsync("two", words: "twice"));
        for (var i = 0; i < 4; i++)
        {
            Assert.Null((await bed.RunAsync()).Problem);
            bed.Bakery.AddBatch();
        }

        Assert.Null((await bed.RunAsync()).Problem);
        var again = 0;
        foreach (var node in bed.Nodes)
        {
            await node.SignalAsync("TERM");
            again += int.Parse((await node.SaysAsync("again"))[6..], System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(0, await node.EndsAsync());
        }
        Assert.True(again > 100, $"only {again} calls ran twice");
        Assert.Empty(await bed.CheckAsync());
    }

    [Fact]
    public async Task Silos_whose_clocks_are_two_hours_apart_and_step_back_lose_nothing_to_vacuum_and_give_no_work_up()
    {
        await using var bed = await ClusterBed.CreateAsync(server);
        await Task.WhenAll(bed.AddAsync("one", words: "skew=3600"), bed.AddAsync("two", words: "skew=-3600"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Null((await bed.RunAsync()).Problem);
            bed.Bakery.AddBatch();
        }
        // What was the clock ahead is now the one behind.
        await bed["one"].SignalAsync("TERM");
        Assert.Equal(0, await bed["one"].EndsAsync());
        await bed.AddAsync("one", words: "skew=-7200");
        Assert.Null((await bed.RunAsync()).Problem);

        foreach (var table in (string[])["silver.sales", "silver.daily", "silver.balance", "gold.ledger"])
        {
            var vacuumed = await bed.AskAsync(new OwnerRequest { Command = OwnerCommand.Vacuum, Dataset = DatasetName.Parse(table) });
            Assert.Null(vacuumed.Maintenance!.Problem);
            Assert.Equal(0, vacuumed.Maintenance.FilesRemoved);
        }
        Assert.Empty(await bed.CheckAsync());
    }
}
