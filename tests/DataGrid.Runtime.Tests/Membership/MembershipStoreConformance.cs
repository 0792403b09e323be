using System.Net;
using DataGrid.Runtime.Membership;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Membership;

/// <summary>What every membership store keeps. Uses the public interface only, so that the tests of a durable store can include this file.</summary>
public abstract class MembershipStoreConformance
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>A store without rows.</summary>
    protected abstract Task<IMembershipStore> CreateAsync();

    [Fact]
    public async Task An_empty_store_has_version_zero_and_no_rows()
    {
        var table = await (await CreateAsync()).ReadAsync(CancellationToken.None);
        Assert.Equal(0, table.Version);
        Assert.Empty(table.Rows);
    }

    [Fact]
    public async Task What_was_committed_is_read_whole()
    {
        var store = await CreateAsync();
        var before = (await store.ReadAsync(CancellationToken.None)).Now;
        var suspicion = new Suspicion(Silo(2).Address, before);
        var row = Silo(1) with { GatewayAddress = "grid.example:8080", Status = MembershipStatus.Active, Suspicions = [suspicion] };
        Assert.True(await store.TryCommitAsync(0, new MembershipChange { Puts = [row, Silo(2)], Lease = Lease }, CancellationToken.None));
        var table = await store.ReadAsync(CancellationToken.None);
        Assert.Equal(1, table.Version);
        Assert.Equal(2, table.Rows.Length);
        var read = table.Find(row.Address)!;
        Assert.Equal(row with { Suspicions = [], StartedAt = read.StartedAt, LeaseUntil = read.LeaseUntil }, read with { Suspicions = [] });
        var (by, at) = Assert.Single(read.Suspicions);
        Assert.Equal(suspicion.By, by);
        Assert.True((at - suspicion.At).Duration() < TimeSpan.FromMilliseconds(1));
        Assert.InRange(read.StartedAt, before, table.Now);
        Assert.InRange(read.LeaseUntil, before + Lease, table.Now + Lease);
    }

    [Fact]
    public async Task A_change_made_from_another_version_is_refused_whole()
    {
        var store = await CreateAsync();
        Assert.True(await store.TryCommitAsync(0, Put(Silo(1)), CancellationToken.None));
        Assert.False(await store.TryCommitAsync(0, Put(Silo(2)), CancellationToken.None));
        Assert.False(await store.TryCommitAsync(2, Put(Silo(2)), CancellationToken.None));
        var table = await store.ReadAsync(CancellationToken.None);
        Assert.Equal(1, table.Version);
        Assert.Equal([Silo(1).Address], table.Rows.Select(row => row.Address));
    }

    [Fact]
    public async Task Of_changes_made_at_the_same_time_one_wins()
    {
        var store = await CreateAsync();
        var won = await Task.WhenAll(Enumerable.Range(1, 8).Select(port => Task.Run(() => store.TryCommitAsync(0, Put(Silo(port)), CancellationToken.None))));
        Assert.Single(won, true);
        Assert.Single((await store.ReadAsync(CancellationToken.None)).Rows);
    }

    [Fact]
    public async Task A_heartbeat_moves_the_lease_and_leaves_the_version()
    {
        var store = await CreateAsync();
        await store.TryCommitAsync(0, Put(Silo(1)), CancellationToken.None);
        var table = await store.HeartbeatAsync(Silo(1).Address, 2 * Lease, CancellationToken.None);
        Assert.Equal(1, table.Version);
        Assert.True(table.Find(Silo(1).Address)!.LeaseUntil > table.Now + Lease);
    }

    [Fact]
    public async Task A_change_of_a_row_keeps_its_lease_and_its_start()
    {
        var store = await CreateAsync();
        await store.TryCommitAsync(0, Put(Silo(1)), CancellationToken.None);
        var first = (await store.HeartbeatAsync(Silo(1).Address, 2 * Lease, CancellationToken.None)).Find(Silo(1).Address)!;
        Assert.True(await store.TryCommitAsync(1, Put(Silo(1) with { Status = MembershipStatus.Active }), CancellationToken.None));
        var then = (await store.ReadAsync(CancellationToken.None)).Find(Silo(1).Address)!;
        Assert.Equal(first with { Status = MembershipStatus.Active, Suspicions = [] }, then with { Suspicions = [] });
    }

    [Fact]
    public async Task A_dead_silo_gets_no_lease()
    {
        var store = await CreateAsync();
        await store.TryCommitAsync(0, Put(Silo(1)), CancellationToken.None);
        await store.TryCommitAsync(1, Put(Silo(1) with { Status = MembershipStatus.Dead }), CancellationToken.None);
        var before = (await store.ReadAsync(CancellationToken.None)).Find(Silo(1).Address)!;
        var after = (await store.HeartbeatAsync(Silo(1).Address, 10 * Lease, CancellationToken.None)).Find(Silo(1).Address)!;
        Assert.Equal(before.LeaseUntil, after.LeaseUntil);
        Assert.Equal(MembershipStatus.Dead, after.Status);
    }

    [Fact]
    public async Task A_heartbeat_without_a_row_makes_none()
    {
        var store = await CreateAsync();
        Assert.Empty((await store.HeartbeatAsync(Silo(1).Address, Lease, CancellationToken.None)).Rows);
    }

    [Fact]
    public async Task Rows_are_removed_and_put_in_one_change()
    {
        var store = await CreateAsync();
        await store.TryCommitAsync(0, Put(Silo(1)), CancellationToken.None);
        var change = new MembershipChange { Puts = [Silo(2)], Removes = [Silo(1).Address, Silo(3).Address], Lease = Lease };
        Assert.True(await store.TryCommitAsync(1, change, CancellationToken.None));
        Assert.Equal([Silo(2).Address], (await store.ReadAsync(CancellationToken.None)).Rows.Select(row => row.Address));
    }

    private static MembershipChange Put(MembershipRow row) => new() { Puts = [row], Lease = Lease };

    private static MembershipRow Silo(int port) => new()
    {
        Address = SiloAddress.New(new IPEndPoint(IPAddress.Parse("10.1.2.3"), 11000 + port), 100 + port),
        SiloName = $"silo-{port}",
        Status = MembershipStatus.Joining,
        ProductVersion = "1.2.3",
        MinWireVersion = 1,
        MaxWireVersion = 2,
    };
}
