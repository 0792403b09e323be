namespace DataGrid.Metadata.Embedded;

/// <summary>Makes a result the first row of its task and generation, or answers with the row that is there.</summary>
internal sealed class ResultWrite(string id, string run, string report) : Operation<string?>
{
    public override bool Writes => true;

    public override IBulk Bulk => Inserts.Instance;

    public override string RowId => id;

    private string Name => run;

    private string Report => report;

    protected override string? Run(Session session) =>
        session.Execute("INSERT INTO task_result VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", id, run, report) == 1 ? null : Stored(session, id);

    private static string Stored(Session session, string id) => (string)session.ReadOne("SELECT report FROM task_result WHERE id = $1", id)![0]!;

    private sealed class Inserts : IBulk
    {
        public static readonly Inserts Instance = new();

        public void Execute(Session session, IReadOnlyList<Operation> operations)
        {
            var writes = operations.Cast<ResultWrite>().ToArray();
            var written = session.Read(
                """
                INSERT INTO task_result SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]), unnest($3::VARCHAR[]) ON CONFLICT DO NOTHING RETURNING id
                """,
                Array.ConvertAll(writes, w => w.RowId), Array.ConvertAll(writes, w => w.Name), Array.ConvertAll(writes, w => w.Report));
            var winners = written.Select(row => (string)row[0]!).ToHashSet(StringComparer.Ordinal);
            foreach (var write in writes)
                write.Result = winners.Contains(write.RowId) ? null : Stored(session, write.RowId);
        }
    }
}
