using DataGrid.Metadata.Postgres.Tables;
using DataGrid.Runtime.Membership;
using DataGrid.Runtime.Tests.Membership;
using Orleans.Runtime;

namespace DataGrid.Grains.Tests.Metadata.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class MembershipStoreTests(PostgresServer server) : MembershipStoreConformance, IAsyncLifetime
{
    private PostgresBed? _bed;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_bed is not null)
            await _bed.DisposeAsync();
    }

    [Fact]
    public async Task Clusters_in_one_database_do_not_see_each_other()
    {
        var one = await CreateAsync();
        await using var other = await PostgresBed.OpenAsync(_bed!.Options with { ClusterId = "other" });
        Assert.True(await one.TryCommitAsync(0, new MembershipChange { Puts = [Row()], Lease = TimeSpan.FromSeconds(30) }, CancellationToken.None));
        var seen = await new MembershipStore(other.Database).ReadAsync(CancellationToken.None);
        Assert.Equal((0, 0), (seen.Version, seen.Rows.Length));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_silo_whose_clock_is_an_hour_off_gets_and_reads_leases_by_the_databases_clock(int hours)
    {
        var lease = TimeSpan.FromSeconds(30);
        var store = await CreateAsync();
        await using var skewed = await PostgresBed.OpenAsync(_bed!.Options, time: new SkewedTime(TimeSpan.FromHours(hours)));
        var before = (await store.ReadAsync(CancellationToken.None)).Now;
        Assert.True(await new MembershipStore(skewed.Database).TryCommitAsync(0, new MembershipChange { Puts = [Row()], Lease = lease }, CancellationToken.None));
        var seen = await new MembershipStore(skewed.Database).HeartbeatAsync(Row().Address, lease, CancellationToken.None);
        var after = (await store.ReadAsync(CancellationToken.None)).Now;
        Assert.InRange(seen.Now, before, after);
        Assert.InRange(Assert.Single(seen.Rows).LeaseUntil, before + lease, after + lease);
        Assert.InRange(seen.Rows[0].StartedAt, before, after);
    }

    [Fact]
    public async Task Operators_see_the_silos()
    {
        var store = await CreateAsync();
        await store.TryCommitAsync(0, new MembershipChange { Puts = [Row()], Lease = TimeSpan.FromHours(1) }, CancellationToken.None);
        Assert.Equal(
            "default,silo-1,10.1.2.3:11001@101,shutting_down,t,0",
            await PostgresServer.ExecuteAsync(_bed!.Options.Connection, "SELECT concat_ws(',', cluster_id, silo, address, status, is_alive, gateway_address, suspicions) FROM datagrid.silos"));
    }

    protected override async Task<IMembershipStore> CreateAsync()
    {
        _bed = (PostgresBed)await PostgresBed.OpenAsync(server);
        return new MembershipStore(_bed.Database);
    }

    private sealed class SkewedTime(TimeSpan skew) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + skew;
    }

    private static MembershipRow Row() => new()
    {
        Address = SiloAddress.FromParsableString("10.1.2.3:11001@101"),
        SiloName = "silo-1",
        Status = MembershipStatus.ShuttingDown,
        ProductVersion = "1.2.3",
        MinWireVersion = 1,
        MaxWireVersion = 2,
    };
}
