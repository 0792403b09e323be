#if ORLEANS
using System.Globalization;
using System.Net;
using System.Text.Json;
using DataGrid.Metadata.Postgres.Writing;
using Npgsql;
using NpgsqlTypes;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Metadata.Postgres.Tables;

/// <summary>
/// Orleans' membership of one cluster in the tables that the embedded runtime has too, so that operators see both alike. A change of any row
/// is made from one version of the table and makes the next, so the version is every row's ETag as well. Heartbeats change no version: the
/// last of them stands in the column of the lease. Orleans judges them by the silos' clocks and their probes by its own.
/// </summary>
internal sealed class OrleansMembershipTable(Database database) : IMembershipTable
{
    private const short Joining = 0;
    private const short Active = 1;
    private const short ShuttingDown = 2;
    private const short Dead = 3;

    // One statement is one snapshot. A cluster that has no row yet has version 0.
    private const string Snapshot =
        """
        SELECT coalesce(c.version, 0), m.address, m.silo_name, m.status, m.gateway_address, m.suspicions::text, m.started_at, m.lease_until
        FROM (SELECT $1::text AS cluster_id) AS this
        LEFT JOIN datagrid.cluster AS c ON c.cluster_id = this.cluster_id
        LEFT JOIN datagrid.member AS m ON m.cluster_id = this.cluster_id AND ($2::text IS NULL OR m.address = $2)
        """;

    private const string Insert =
        """
        INSERT INTO datagrid.member (
            cluster_id, address, silo_name, status, gateway_address, product_version, min_wire_version, max_wire_version, suspicions, started_at, lease_until)
        VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7::json, $8, $9)
        ON CONFLICT DO NOTHING
        """;

    private const string Update =
        """
        UPDATE datagrid.member
        SET silo_name = $3, status = $4, gateway_address = $5, product_version = $6, suspicions = $7::json, started_at = $8, lease_until = $9
        WHERE cluster_id = $1 AND address = $2
        """;

    private static readonly string ProductVersion = typeof(OrleansMembershipTable).Assembly.GetName().Version!.ToString(3);

    private readonly string _cluster = database.Options.ClusterId;

    public Task InitializeMembershipTable(bool tryInitTableVersion) =>
        tryInitTableVersion ? ExecuteAsync("INSERT INTO datagrid.cluster (cluster_id, version) VALUES ($1, 0) ON CONFLICT DO NOTHING", Parameters.Text(_cluster)) : database.OpenAsync();

    public async Task DeleteMembershipTableEntries(string clusterId)
    {
        await ExecuteAsync("DELETE FROM datagrid.member WHERE cluster_id = $1", Parameters.Text(clusterId)).ConfigureAwait(false);
        await ExecuteAsync("DELETE FROM datagrid.cluster WHERE cluster_id = $1", Parameters.Text(clusterId)).ConfigureAwait(false);
    }

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => ExecuteAsync(
        "DELETE FROM datagrid.member WHERE cluster_id = $1 AND status <> 1 AND greatest(started_at, lease_until) < $2", Parameters.Text(_cluster), Time(beforeDate.UtcDateTime));

    public Task<MembershipTableData> ReadRow(SiloAddress key) => ReadAsync(key.ToParsableString());

    public Task<MembershipTableData> ReadAll() => ReadAsync(null);

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => ChangeAsync(Insert, entry, tableVersion);

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        etag == tableVersion.VersionEtag ? ChangeAsync(Update, entry, tableVersion) : Task.FromResult(false);

    public Task UpdateIAmAlive(MembershipEntry entry) => ExecuteAsync(
        "UPDATE datagrid.member SET lease_until = $3 WHERE cluster_id = $1 AND address = $2",
        Parameters.Text(_cluster), Parameters.Text(entry.SiloAddress.ToParsableString()), Time(entry.IAmAliveTime));

    private static NpgsqlParameter<DateTime> Time(DateTime value) => new() { TypedValue = DateTime.SpecifyKind(value, DateTimeKind.Utc), NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static NpgsqlParameter OptionalText(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static MembershipEntry Entry(NpgsqlDataReader reader)
    {
        var address = SiloAddress.FromParsableString(reader.GetString(1));
        var suspicions = JsonSerializer.Deserialize<StoredSuspicion[]>(reader.GetString(5))!;
        return new MembershipEntry
        {
            SiloAddress = address,
            SiloName = reader.GetString(2),
            HostName = address.Endpoint.Address.ToString(),
            RoleName = "datagrid",
            Status = reader.GetInt16(3) switch { Joining => SiloStatus.Joining, Active => SiloStatus.Active, ShuttingDown => SiloStatus.ShuttingDown, _ => SiloStatus.Dead },
            ProxyPort = reader.IsDBNull(4) ? 0 : IPEndPoint.Parse(reader.GetString(4)).Port,
            SuspectTimes = [.. suspicions.Select(static s => Tuple.Create(SiloAddress.FromParsableString(s.By), s.At.UtcDateTime))],
            StartTime = reader.GetFieldValue<DateTime>(6),
            IAmAliveTime = reader.GetFieldValue<DateTime>(7),
        };
    }

    private static short Stored(SiloStatus status) => status switch
    {
        SiloStatus.Active => Active,
        SiloStatus.ShuttingDown or SiloStatus.Stopping => ShuttingDown,
        SiloStatus.Dead => Dead,
        _ => Joining,
    };

    private Task<MembershipTableData> ReadAsync(string? address) => database.RunOnceAsync(
        async (connection, token) =>
        {
            await using var command = Parameters.Command(connection, Snapshot, Parameters.Text(_cluster), OptionalText(address));
            await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            long version = 0;
            var entries = new List<MembershipEntry>();
            while (await reader.ReadAsync(token).ConfigureAwait(false))
            {
                version = reader.GetInt64(0);
                if (!reader.IsDBNull(1))
                    entries.Add(Entry(reader));
            }

            var etag = version.ToString(CultureInfo.InvariantCulture);
            return new MembershipTableData([.. entries.Select(entry => Tuple.Create(entry, etag))], new TableVersion(checked((int)version), etag));
        },
        CancellationToken.None);

    // The row of the version is locked until the commit: changes of one cluster follow one another.
    private Task<bool> ChangeAsync(string change, MembershipEntry entry, TableVersion next) => database.RunOnceAsync(
        async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token).ConfigureAwait(false);
            await using var bump = Parameters.Command(
                connection, "UPDATE datagrid.cluster SET version = $3 WHERE cluster_id = $1 AND version = $2",
                Parameters.Text(_cluster), Parameters.Number(long.Parse(next.VersionEtag, CultureInfo.InvariantCulture)), Parameters.Number((long)next.Version));
            if (await bump.ExecuteNonQueryAsync(token).ConfigureAwait(false) != 1)
                return false;
            await using var row = Parameters.Command(
                connection, change, Parameters.Text(_cluster), Parameters.Text(entry.SiloAddress.ToParsableString()), Parameters.Text(entry.SiloName),
                new NpgsqlParameter<short> { TypedValue = Stored(entry.Status) },
                OptionalText(entry.ProxyPort == 0 ? null : new IPEndPoint(entry.SiloAddress.Endpoint.Address, entry.ProxyPort).ToString()), Parameters.Text(ProductVersion),
                Parameters.Text(JsonSerializer.Serialize((entry.SuspectTimes ?? []).Select(static s => new StoredSuspicion(s.Item1.ToParsableString(), DateTime.SpecifyKind(s.Item2, DateTimeKind.Utc))))),
                Time(entry.StartTime), Time(entry.IAmAliveTime));
            if (await row.ExecuteNonQueryAsync(token).ConfigureAwait(false) != 1)
                return false;
            await transaction.CommitAsync(token).ConfigureAwait(false);
            return true;
        },
        CancellationToken.None);

    private Task ExecuteAsync(string sql, params NpgsqlParameter[] parameters) => database.RunOnceAsync(
        async (connection, token) =>
        {
            await using var command = Parameters.Command(connection, sql, parameters);
            return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        },
        CancellationToken.None);

    private sealed record StoredSuspicion(string By, DateTimeOffset At);
}
#endif
