#if ORLEANS
using DataGrid.Metadata.Postgres.Tables;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Tests.Metadata.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class OrleansMembershipTableTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly DateTime Noon = new(2026, 1, 2, 12, 0, 0, DateTimeKind.Utc);

    private PostgresBed _bed = null!;

    private OrleansMembershipTable Table => new(_bed.Database);

    public async Task InitializeAsync()
    {
        _bed = (PostgresBed)await PostgresBed.OpenAsync(server);
        await Table.InitializeMembershipTable(true);
        await Table.InitializeMembershipTable(true);
    }

    public async Task DisposeAsync() => await _bed.DisposeAsync();

    [Fact]
    public async Task What_is_inserted_is_read_again()
    {
        var entry = Entry(1, SiloStatus.Active);
        entry.SuspectTimes = [Tuple.Create(Address(2), Noon)];
        Assert.True(await InsertAsync(entry));
        var (read, _) = Assert.Single((await Table.ReadRow(Address(1))).Members);
        Assert.Equal(
            (entry.SiloAddress, entry.SiloName, entry.Status, entry.ProxyPort, entry.StartTime, entry.IAmAliveTime),
            (read.SiloAddress, read.SiloName, read.Status, read.ProxyPort, read.StartTime, read.IAmAliveTime));
        Assert.Equal(entry.SuspectTimes, read.SuspectTimes);
        Assert.Empty((await Table.ReadRow(Address(2))).Members);
    }

    [Fact]
    public async Task Of_two_changes_from_one_version_one_is_made()
    {
        var version = (await Table.ReadAll()).Version;
        var made = await Task.WhenAll(Enumerable.Range(1, 5).Select(i => Table.InsertRow(Entry(i, SiloStatus.Joining), version.Next())));
        Assert.Single(made, true);
        var after = await Table.ReadAll();
        Assert.Equal(version.Version + 1, after.Version.Version);
        Assert.Single(after.Members);
    }

    [Fact]
    public async Task A_silo_is_inserted_once_and_a_refused_change_leaves_the_version()
    {
        Assert.True(await InsertAsync(Entry(1, SiloStatus.Joining)));
        Assert.False(await InsertAsync(Entry(1, SiloStatus.Active)));
        Assert.Equal(1, (await Table.ReadAll()).Version.Version);
    }

    [Fact]
    public async Task An_update_needs_the_version_that_was_read()
    {
        await InsertAsync(Entry(1, SiloStatus.Joining));
        var read = await Table.ReadAll();
        var etag = read.Members[0].Item2;
        Assert.True(await Table.UpdateRow(Entry(1, SiloStatus.Active), etag, read.Version.Next()));
        Assert.False(await Table.UpdateRow(Entry(1, SiloStatus.Dead), etag, read.Version.Next()));
        Assert.Equal(SiloStatus.Active, (await Table.ReadAll()).Members[0].Item1.Status);
    }

    [Fact]
    public async Task A_heartbeat_changes_no_version()
    {
        await InsertAsync(Entry(1, SiloStatus.Active));
        var alive = Entry(1, SiloStatus.Active);
        alive.IAmAliveTime = Noon.AddHours(1);
        await Table.UpdateIAmAlive(alive);
        var read = await Table.ReadAll();
        Assert.Equal((1, Noon.AddHours(1)), (read.Version.Version, read.Members[0].Item1.IAmAliveTime));
    }

    [Fact]
    public async Task Old_rows_of_silos_that_are_gone_are_removed()
    {
        await InsertAsync(Entry(1, SiloStatus.Dead));
        await InsertAsync(Entry(2, SiloStatus.Active));
        await Table.CleanupDefunctSiloEntries(Noon.AddMinutes(-1));
        Assert.Equal(2, (await Table.ReadAll()).Members.Count);
        await Table.CleanupDefunctSiloEntries(Noon.AddMinutes(1));
        Assert.Equal(Address(2), Assert.Single((await Table.ReadAll()).Members).Item1.SiloAddress);
    }

    [Fact]
    public async Task Clusters_in_one_database_do_not_see_each_other()
    {
        await InsertAsync(Entry(1, SiloStatus.Active));
        await using var bed = await PostgresBed.OpenAsync(_bed.Options with { ClusterId = "other" });
        var other = new OrleansMembershipTable(bed.Database);
        await other.InitializeMembershipTable(true);
        Assert.Empty((await other.ReadAll()).Members);
        await other.DeleteMembershipTableEntries("other");
        Assert.Single((await Table.ReadAll()).Members);
    }

    private static SiloAddress Address(int number) => SiloAddress.FromParsableString($"10.0.0.{number}:11111@7");

    private static MembershipEntry Entry(int number, SiloStatus status) => new()
    {
        SiloAddress = Address(number), SiloName = $"silo-{number}", HostName = "here", Status = status, ProxyPort = 30000, StartTime = Noon.AddHours(-1), IAmAliveTime = Noon,
    };

    private async Task<bool> InsertAsync(MembershipEntry entry) => await Table.InsertRow(entry, (await Table.ReadAll()).Version.Next());
}
#endif
