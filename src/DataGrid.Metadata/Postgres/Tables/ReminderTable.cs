using System.Globalization;
using DataGrid.Metadata.Postgres.Writing;
using Npgsql;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Metadata.Postgres.Tables;

/// <summary>Reminders in PostgreSQL.</summary>
internal sealed class ReminderTable(Database database) : IReminderTable
{
    private const string Columns = "SELECT grain_type, grain_key, name, start_ticks, period_ticks, etag FROM datagrid.reminder";

    private const string OneRow = " WHERE grain_type = $1 AND grain_key = $2 AND name = $3";

    public Task<ReminderTableData> ReadRows(GrainId grainId) =>
        ReadAsync(Columns + " WHERE grain_type = $1 AND grain_key = $2", () => [Type(grainId), Key(grainId)]);

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => ReadAsync(
        Columns + (begin < end ? " WHERE grain_hash > $1 AND grain_hash <= $2" : " WHERE grain_hash > $1 OR grain_hash <= $2"),
        () => [Parameters.Number((long)begin), Parameters.Number((long)end)]);

    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) =>
        (await ReadAsync(Columns + OneRow, () => [Type(grainId), Key(grainId), Parameters.Text(reminderName)]).ConfigureAwait(false)).Reminders.SingleOrDefault();

    public Task<string?> UpsertRow(ReminderEntry entry)
    {
        // Made once: repeated, the same row is written.
        var etag = Guid.CreateVersion7().ToString("N", CultureInfo.InvariantCulture);
        return database.RunAsync<string?>(
            async (connection, token) =>
            {
                await using var command = Parameters.Command(
                    connection,
                    """
                    INSERT INTO datagrid.reminder (grain_type, grain_key, name, grain_hash, start_ticks, period_ticks, etag) VALUES ($1, $2, $3, $4, $5, $6, $7)
                    ON CONFLICT (grain_type, grain_key, name) DO UPDATE SET start_ticks = excluded.start_ticks, period_ticks = excluded.period_ticks, etag = excluded.etag
                    """,
                    Type(entry.GrainId), Key(entry.GrainId), Parameters.Text(entry.ReminderName), Parameters.Number((long)entry.GrainId.GetUniformHashCode()),
                    Parameters.Number(entry.StartAt.Ticks), Parameters.Number(entry.Period.Ticks), Parameters.Text(etag));
                await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
                return etag;
            },
            CancellationToken.None);
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        var tries = 0;
        return database.RunAsync(
            async (connection, token) =>
            {
                tries++;
                await using var command = Parameters.Command(
                    connection, "DELETE FROM datagrid.reminder" + OneRow + " AND etag = $4", Type(grainId), Key(grainId), Parameters.Text(reminderName), Parameters.Text(eTag));
                if (await command.ExecuteNonQueryAsync(token).ConfigureAwait(false) == 1)
                    return true;
                if (tries == 1)
                    return false;
                // An earlier try may have removed it without our hearing of it.
                await using var look = Parameters.Command(connection, "SELECT 1 FROM datagrid.reminder" + OneRow, Type(grainId), Key(grainId), Parameters.Text(reminderName));
                return await look.ExecuteScalarAsync(token).ConfigureAwait(false) is null;
            },
            CancellationToken.None);
    }

    public Task TestOnlyClearTable() => database.RunAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand("DELETE FROM datagrid.reminder", connection);
            return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        },
        CancellationToken.None);

    private static NpgsqlParameter<string> Type(GrainId grain) => Parameters.Text(grain.Type.ToString()!);

    private static NpgsqlParameter<string> Key(GrainId grain) => Parameters.Text(grain.Key.ToString()!);

    private Task<ReminderTableData> ReadAsync(string sql, Func<NpgsqlParameter[]> parameters) => database.RunAsync(
        async (connection, token) =>
        {
            await using var command = Parameters.Command(connection, sql, parameters());
            await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            var entries = new List<ReminderEntry>();
            while (await reader.ReadAsync(token).ConfigureAwait(false))
            {
                entries.Add(new ReminderEntry
                {
                    GrainId = GrainId.Create(reader.GetString(0), reader.GetString(1)),
                    ReminderName = reader.GetString(2),
                    StartAt = new DateTime(reader.GetInt64(3), DateTimeKind.Utc),
                    Period = new TimeSpan(reader.GetInt64(4)),
                    ETag = reader.GetString(5),
                });
            }

            return new ReminderTableData(entries);
        },
        CancellationToken.None);
}
