#if !ORLEANS
using System.Collections.Immutable;
using System.Text.Json;
using DataGrid.Metadata.Postgres.Writing;
using DataGrid.Runtime.Membership;
using Npgsql;
using NpgsqlTypes;
using Orleans.Runtime;

namespace DataGrid.Metadata.Postgres.Tables;

/// <summary>
/// The membership of one cluster in PostgreSQL, on connections that nothing else uses. All times are the database's
/// (<c>clock_timestamp()</c>). Nothing is repeated here: who asks decides what a failure means.
/// </summary>
internal sealed class MembershipStore(Database database) : IMembershipStore
{
    // One statement is one snapshot. A cluster that has no row yet has version 0.
    private const string Snapshot =
        """
        SELECT coalesce(c.version, 0), (SELECT clock_timestamp()), m.address, m.silo_name, m.status, m.gateway_address, m.product_version,
               m.min_wire_version, m.max_wire_version, m.suspicions::text, m.started_at, m.lease_until
        FROM (SELECT $1::text AS cluster_id) AS this
        LEFT JOIN datagrid.cluster AS c ON c.cluster_id = this.cluster_id
        LEFT JOIN datagrid.member AS m ON m.cluster_id = this.cluster_id
        """;

    private const string Heartbeat = "UPDATE datagrid.member SET lease_until = clock_timestamp() + $3 WHERE cluster_id = $1 AND address = $2 AND status <> 3";

    private const string Put =
        """
        INSERT INTO datagrid.member (
            cluster_id, address, silo_name, status, gateway_address, product_version, min_wire_version, max_wire_version, suspicions, started_at, lease_until)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::json, clock_timestamp(), clock_timestamp() + $10)
        ON CONFLICT (cluster_id, address) DO UPDATE SET
            silo_name = excluded.silo_name, status = excluded.status, gateway_address = excluded.gateway_address, product_version = excluded.product_version,
            min_wire_version = excluded.min_wire_version, max_wire_version = excluded.max_wire_version, suspicions = excluded.suspicions
        """;

    private readonly string _cluster = database.Options.ClusterId;

    public Task<MembershipTable> ReadAsync(CancellationToken cancellationToken) => database.RunOnceAsync(
        async (connection, token) =>
        {
            await using var command = Parameters.Command(connection, Snapshot, Parameters.Text(_cluster));
            await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            return await TableAsync(reader, token).ConfigureAwait(false);
        },
        cancellationToken);

    public Task<MembershipTable> HeartbeatAsync(SiloAddress silo, TimeSpan lease, CancellationToken cancellationToken) => database.RunOnceAsync(
        async (connection, token) =>
        {
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    Parameters.Command(Heartbeat, Parameters.Text(_cluster), Parameters.Text(silo.ToParsableString()), Interval(lease)),
                    Parameters.Command(Snapshot, Parameters.Text(_cluster)),
                },
            };
            await using var reader = await batch.ExecuteReaderAsync(token).ConfigureAwait(false);
            return await TableAsync(reader, token).ConfigureAwait(false);
        },
        cancellationToken);

    public Task<bool> TryCommitAsync(long expectedVersion, MembershipChange change, CancellationToken cancellationToken) => database.RunOnceAsync(
        async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token).ConfigureAwait(false);
            if (!await BumpAsync(connection, expectedVersion, token).ConfigureAwait(false))
                return false;
            await using var batch = new NpgsqlBatch(connection);
            if (change.Removes.Length > 0)
            {
                batch.BatchCommands.Add(Parameters.Command(
                    "DELETE FROM datagrid.member WHERE cluster_id = $1 AND address = ANY ($2)", Parameters.Text(_cluster), Parameters.Texts(change.Removes, silo => silo.ToParsableString())));
            }

            foreach (var row in change.Puts)
                batch.BatchCommands.Add(PutCommand(row, change.Lease));
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(token).ConfigureAwait(false);
            await transaction.CommitAsync(token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    private static NpgsqlParameter<TimeSpan> Interval(TimeSpan value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Interval };

    private static async Task<MembershipTable> TableAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        long version = 0;
        DateTimeOffset now = default;
        var rows = ImmutableArray.CreateBuilder<MembershipRow>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            (version, now) = (reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1));
            if (!reader.IsDBNull(2))
                rows.Add(Row(reader));
        }

        return new MembershipTable(version, now, rows.ToImmutable());
    }

    private static MembershipRow Row(NpgsqlDataReader reader) => new()
    {
        Address = SiloAddress.FromParsableString(reader.GetString(2)),
        SiloName = reader.GetString(3),
        Status = (MembershipStatus)reader.GetInt16(4),
        GatewayAddress = reader.IsDBNull(5) ? null : reader.GetString(5),
        ProductVersion = reader.GetString(6),
        MinWireVersion = reader.GetInt32(7),
        MaxWireVersion = reader.GetInt32(8),
        Suspicions = [.. JsonSerializer.Deserialize<StoredSuspicion[]>(reader.GetString(9))!.Select(static s => new Suspicion(SiloAddress.FromParsableString(s.By), s.At))],
        StartedAt = reader.GetFieldValue<DateTimeOffset>(10),
        LeaseUntil = reader.GetFieldValue<DateTimeOffset>(11),
    };

    // The row of the version is locked until the commit: changes of one cluster follow one another.
    private async Task<bool> BumpAsync(NpgsqlConnection connection, long expectedVersion, CancellationToken cancellationToken)
    {
        if (expectedVersion == 0)
        {
            await using var first = Parameters.Command(connection, "INSERT INTO datagrid.cluster (cluster_id, version) VALUES ($1, 0) ON CONFLICT DO NOTHING", Parameters.Text(_cluster));
            await first.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        await using var bump = Parameters.Command(
            connection, "UPDATE datagrid.cluster SET version = version + 1 WHERE cluster_id = $1 AND version = $2", Parameters.Text(_cluster), Parameters.Number(expectedVersion));
        return await bump.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) == 1;
    }

    private NpgsqlBatchCommand PutCommand(MembershipRow row, TimeSpan lease) => Parameters.Command(
        Put,
        Parameters.Text(_cluster), Parameters.Text(row.Address.ToParsableString()), Parameters.Text(row.SiloName),
        new NpgsqlParameter<short> { TypedValue = (short)row.Status },
        new NpgsqlParameter { Value = (object?)row.GatewayAddress ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
        Parameters.Text(row.ProductVersion), Parameters.Number(row.MinWireVersion), Parameters.Number(row.MaxWireVersion),
        Parameters.Text(JsonSerializer.Serialize(row.Suspicions.Select(static s => new StoredSuspicion(s.By.ToParsableString(), s.At)))), Interval(lease));

    private sealed record StoredSuspicion(string By, DateTimeOffset At);
}
#endif
