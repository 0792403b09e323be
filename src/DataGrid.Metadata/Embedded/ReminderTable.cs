using Orleans;
using Orleans.Runtime;

namespace DataGrid.Metadata.Embedded;

/// <summary>Reminders in the embedded store. They are few: ranges are chosen in memory.</summary>
internal sealed class ReminderTable(MetadataStore store) : IReminderTable
{
    private const string Columns = "SELECT grain, name, start_ticks, period_ticks, etag FROM reminder";

    public async Task<ReminderTableData> ReadRows(GrainId grainId)
    {
        var grain = grainId.ToString();
        return new ReminderTableData((await store.ReadAsync(s => s.Read(Columns + " WHERE grain = $1", grain)).ConfigureAwait(false)).Select(Entry));
    }

    public async Task<ReminderTableData> ReadRows(uint begin, uint end)
    {
        var all = (await store.ReadAsync(s => s.Read(Columns)).ConfigureAwait(false)).Select(Entry);
        return new ReminderTableData(all.Where(entry =>
        {
            var hash = entry.GrainId.GetUniformHashCode();
            return begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
        }));
    }

    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        var id = RowKey.Of(grainId, reminderName);
        return await store.ReadAsync(s => s.ReadOne(Columns + " WHERE id = $1", id)).ConfigureAwait(false) is { } row ? Entry(row) : null;
    }

    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        var id = RowKey.Of(entry.GrainId, entry.ReminderName);
        var (grain, name, start, period) = (entry.GrainId.ToString(), entry.ReminderName, entry.StartAt.Ticks, entry.Period.Ticks);
        return await store.WriteAsync(s =>
        {
            var etag = s.NextEtag();
            s.Execute(
                """
                INSERT INTO reminder VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (id) DO UPDATE SET start_ticks = excluded.start_ticks, period_ticks = excluded.period_ticks, etag = excluded.etag
                """,
                id, grain, name, start, period, etag);
            return etag;
        }).ConfigureAwait(false);
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        var id = RowKey.Of(grainId, reminderName);
        return store.WriteAsync(s => s.Execute("DELETE FROM reminder WHERE id = $1 AND etag = $2", id, eTag) == 1);
    }

    public Task TestOnlyClearTable() => store.WriteAsync(s => s.Execute("DELETE FROM reminder"));

    private static ReminderEntry Entry(object?[] row) => new()
    {
        GrainId = GrainId.Parse((string)row[0]!),
        ReminderName = (string)row[1]!,
        StartAt = new DateTime((long)row[2]!, DateTimeKind.Utc),
        Period = new TimeSpan((long)row[3]!),
        ETag = (string)row[4]!,
    };
}
