using System.Globalization;
using System.Text;
using DataGrid.Metadata.Postgres.Writing;
using DataGrid.Metadata.State;
using Npgsql;
using Orleans.Runtime;

namespace DataGrid.Metadata.Postgres.Tables;

/// <summary>Which row of state.</summary>
internal readonly record struct StateKey(string Type, string Key, string Name)
{
    public static StateKey Of(GrainId grain, string name) => new(grain.Type.ToString()!, grain.Key.ToString()!, name);

    public override string ToString() => $"{Type}\u001f{Key}\u001f{Name}";
}

/// <summary>A fenced write of one state: an insert when the writer holds no version, otherwise an update of exactly that version.</summary>
internal sealed class StateWrite(StateKey key, string? held, string payload) : Write<WriteOutcome>, IStateWrite
{
    private readonly int _bytes = Encoding.UTF8.GetByteCount(payload) + 200;

    public StateKey Row => key;

    /// <summary>The version that it brings. Made here and once, so that the row tells whose write it was.</summary>
    public string Brings { get; } = Guid.CreateVersion7().ToString("N", CultureInfo.InvariantCulture);

    public string Held => held!;

    public string Payload => payload;

    public override IWriteKind Kind => held is null ? Inserts.Instance : Updates.Instance;

    public override int Bytes => _bytes;

    public override string Order { get; } = key.ToString();

    string IStateWrite.Mark => Brings;

    void IStateWrite.SetApplied() => Answer = new WriteOutcome(Brings, null);

    // The reply to an earlier try was lost when the version that is there is our own; when it is a third one, ours may have come between.
    void IStateWrite.SetStored(string? stored) =>
        Answer = stored == Brings ? new WriteOutcome(Brings, null) : new WriteOutcome(null, stored, IsUncertain: MayBeApplied && stored != held);

    private sealed class Inserts : StateWriteKind
    {
        public static readonly Inserts Instance = new();

        public override NpgsqlBatchCommand Command(IReadOnlyList<Write> writes)
        {
            var rows = writes.Cast<StateWrite>().ToArray();
            return Parameters.Command(
                """
                INSERT INTO datagrid.grain_state (grain_type, grain_key, state_name, etag, payload, format)
                SELECT n.*, $6 FROM unnest($1, $2, $3, $4, $5::json[]) AS n
                ON CONFLICT DO NOTHING RETURNING etag
                """,
                Parameters.Texts(rows, w => w.Row.Type), Parameters.Texts(rows, w => w.Row.Key), Parameters.Texts(rows, w => w.Row.Name),
                Parameters.Texts(rows, w => w.Brings), Parameters.Texts(rows, w => w.Payload), Parameters.Number(StateFormat.Current));
        }
    }

    private sealed class Updates : StateWriteKind
    {
        public static readonly Updates Instance = new();

        public override NpgsqlBatchCommand Command(IReadOnlyList<Write> writes)
        {
            var rows = writes.Cast<StateWrite>().ToArray();
            return Parameters.Command(
                """
                UPDATE datagrid.grain_state AS s SET etag = n.etag, format = $7, payload = n.payload, written_at = clock_timestamp()
                FROM unnest($1, $2, $3, $4, $5::json[], $6) AS n (type, key, name, etag, payload, held)
                WHERE s.grain_type = n.type AND s.grain_key = n.key AND s.state_name = n.name AND s.etag = n.held
                RETURNING s.etag
                """,
                Parameters.Texts(rows, w => w.Row.Type), Parameters.Texts(rows, w => w.Row.Key), Parameters.Texts(rows, w => w.Row.Name),
                Parameters.Texts(rows, w => w.Brings), Parameters.Texts(rows, w => w.Payload), Parameters.Texts(rows, w => w.Held), Parameters.Number(StateFormat.Current));
        }
    }
}

/// <summary>Removes exactly one version of a state. Answers with the version that is still there; null when nothing is left, whoever removed it.</summary>
internal sealed class StateRemoval(StateKey key, string held) : Write<string?>, IStateWrite
{
    public StateKey Row => key;

    public override IWriteKind Kind => Removals.Instance;

    public override int Bytes => 200;

    public override string Order { get; } = key.ToString();

    // Versions are unique for ever, so that the removed one names the row too.
    string IStateWrite.Mark => held;

    void IStateWrite.SetApplied() => Answer = null;

    void IStateWrite.SetStored(string? stored) => Answer = stored;

    private sealed class Removals : StateWriteKind
    {
        public static readonly Removals Instance = new();

        public override NpgsqlBatchCommand Command(IReadOnlyList<Write> writes)
        {
            var rows = writes.Cast<IStateWrite>().ToArray();
            return Parameters.Command(
                """
                DELETE FROM datagrid.grain_state AS s USING unnest($1, $2, $3, $4) AS n (type, key, name, held)
                WHERE s.grain_type = n.type AND s.grain_key = n.key AND s.state_name = n.name AND s.etag = n.held
                RETURNING s.etag
                """,
                Parameters.Texts(rows, w => w.Row.Type), Parameters.Texts(rows, w => w.Row.Key), Parameters.Texts(rows, w => w.Row.Name), Parameters.Texts(rows, w => w.Mark));
        }
    }
}

/// <summary>What the kinds of state writes share.</summary>
internal interface IStateWrite
{
    StateKey Row { get; }

    /// <summary>What its statement answers with when it was applied.</summary>
    string Mark { get; }

    void SetApplied();

    /// <summary>It was not applied now; <paramref name="stored"/> is the version that is there.</summary>
    void SetStored(string? stored);
}

/// <summary>Tells the applied from the others, and the others why.</summary>
internal abstract class StateWriteKind : IWriteKind
{
    public abstract NpgsqlBatchCommand Command(IReadOnlyList<Write> writes);

    public IReadOnlyList<Write> Settle(IReadOnlyList<Write> writes, HashSet<string> applied)
    {
        var others = new List<Write>();
        foreach (var write in writes)
        {
            if (applied.Contains(((IStateWrite)write).Mark))
                ((IStateWrite)write).SetApplied();
            else
                others.Add(write);
        }

        return others;
    }

    public async Task ExplainAsync(IReadOnlyList<Write> others, NpgsqlConnection connection)
    {
        var rows = others.Cast<IStateWrite>().ToArray();
        var stored = new Dictionary<StateKey, string>();
        await using var command = Parameters.Command(
            connection,
            """
            SELECT s.grain_type, s.grain_key, s.state_name, s.etag FROM unnest($1, $2, $3) AS n (type, key, name)
            JOIN datagrid.grain_state AS s ON s.grain_type = n.type AND s.grain_key = n.key AND s.state_name = n.name
            """,
            Parameters.Texts(rows, w => w.Row.Type), Parameters.Texts(rows, w => w.Row.Key), Parameters.Texts(rows, w => w.Row.Name));
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        while (await reader.ReadAsync().ConfigureAwait(false))
            stored[new StateKey(reader.GetString(0), reader.GetString(1), reader.GetString(2))] = reader.GetString(3);
        foreach (var row in rows)
            row.SetStored(stored.GetValueOrDefault(row.Row));
    }
}
