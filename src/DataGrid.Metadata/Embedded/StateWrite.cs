using DataGrid.Metadata.State;

namespace DataGrid.Metadata.Embedded;

/// <summary>A fenced write of one state: an insert when the writer holds no version, otherwise an update of exactly that version.</summary>
internal sealed class StateWrite(string id, string? held, string payload) : Operation<WriteOutcome>
{
    public override bool Writes => true;

    public override IBulk Bulk => held is null ? Inserts.Instance : Updates.Instance;

    public override string RowId => id;

    private string Payload => payload;

    private string Held => held!;

    protected override WriteOutcome Run(Session session)
    {
        var next = session.NextEtag();
        var written = held is null
            ? session.Execute("INSERT INTO grain_state VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", id, next, StateFormat.Current, payload)
            : session.Execute("UPDATE grain_state SET etag = $2, format = $3, payload = $4 WHERE id = $1 AND etag = $5", id, next, StateFormat.Current, payload, held);
        return written == 1 ? new WriteOutcome(next, null) : new WriteOutcome(null, StoredEtag(session, id));
    }

    public static string? StoredEtag(Session session, string id) => (string?)session.ReadOne("SELECT etag FROM grain_state WHERE id = $1", id)?[0];

    private static void Answer(Session session, IReadOnlyList<StateWrite> writes, string[] etags, IEnumerable<object?[]> written)
    {
        var winners = written.Select(row => (string)row[0]!).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < writes.Count; i++)
        {
            var id = writes[i].RowId;
            writes[i].Result = winners.Contains(id) ? new WriteOutcome(etags[i], null) : new WriteOutcome(null, StoredEtag(session, id));
        }
    }

    private sealed class Inserts : IBulk
    {
        public static readonly Inserts Instance = new();

        public void Execute(Session session, IReadOnlyList<Operation> operations)
        {
            var writes = operations.Cast<StateWrite>().ToArray();
            var etags = Array.ConvertAll(writes, _ => session.NextEtag());
            Answer(session, writes, etags, session.Read(
                """
                INSERT INTO grain_state SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]), $3, unnest($4::VARCHAR[]) ON CONFLICT DO NOTHING RETURNING id
                """,
                Array.ConvertAll(writes, w => w.RowId), etags, StateFormat.Current, Array.ConvertAll(writes, w => w.Payload)));
        }
    }

    private sealed class Updates : IBulk
    {
        public static readonly Updates Instance = new();

        public void Execute(Session session, IReadOnlyList<Operation> operations)
        {
            var writes = operations.Cast<StateWrite>().ToArray();
            var etags = Array.ConvertAll(writes, _ => session.NextEtag());
            Answer(session, writes, etags, session.Read(
                """
                UPDATE grain_state SET etag = new.etag, format = $3, payload = new.payload
                FROM (SELECT unnest($1::VARCHAR[]) AS id, unnest($2::VARCHAR[]) AS etag, unnest($4::VARCHAR[]) AS payload, unnest($5::VARCHAR[]) AS held) AS new
                WHERE grain_state.id = new.id AND grain_state.etag = new.held
                RETURNING grain_state.id
                """,
                Array.ConvertAll(writes, w => w.RowId), etags, StateFormat.Current, Array.ConvertAll(writes, w => w.Payload), Array.ConvertAll(writes, w => w.Held)));
        }
    }
}
