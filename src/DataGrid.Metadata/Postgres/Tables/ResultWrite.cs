using System.Text;
using DataGrid.Contracts.Runs;
using DataGrid.Metadata.Postgres.Writing;
using Npgsql;

namespace DataGrid.Metadata.Postgres.Tables;

/// <summary>Makes a result the first row of its task and generation. Answers with the JSON of the row that is there; null when it is this one.</summary>
internal sealed class ResultWrite(TaskReport report, string json) : Write<string?>
{
    private readonly int _bytes = Encoding.UTF8.GetByteCount(json) + 300;

    public override IWriteKind Kind => Inserts.Instance;

    public override int Bytes => _bytes;

    public override string Order { get; } = KeyOf(report.Result.Task.Run.Value, report.Result.Task.Stage.ToString(), report.Result.Task.Number, report.Generation);

    private TaskReport Report => report;

    private TaskResult Result => report.Result;

    private string Json => json;

    private static string KeyOf(string run, string stage, int task, int generation) => $"{run}/{stage}/{task:d10}/{generation:d10}";

    private sealed class Inserts : IWriteKind
    {
        public static readonly Inserts Instance = new();

        public NpgsqlBatchCommand Command(IReadOnlyList<Write> writes)
        {
            var rows = writes.Cast<ResultWrite>().ToArray();
            return Parameters.Command(
                """
                INSERT INTO datagrid.task_result (
                    run, stage, task, generation, attempt, outcome, rows_read, rows_written, rows_quarantined, output_bytes, elapsed_ms, report)
                SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::json[])
                ON CONFLICT DO NOTHING RETURNING attempt
                """,
                Parameters.Texts(rows, w => w.Result.Task.Run.Value), Parameters.Texts(rows, w => w.Result.Task.Stage.ToString()), Parameters.Numbers(rows, w => w.Result.Task.Number),
                Parameters.Numbers(rows, w => w.Report.Generation), Parameters.Texts(rows, w => w.Result.Attempt.Value), Parameters.Texts(rows, w => Words(w.Result.Outcome)),
                Parameters.Numbers(rows, w => w.Result.Manifest?.RowsRead ?? 0), Parameters.Numbers(rows, w => w.Result.Manifest?.RowsWritten ?? 0),
                Parameters.Numbers(rows, w => w.Result.Manifest?.RowsQuarantined ?? 0), Parameters.Numbers(rows, w => w.Result.Metrics.OutputBytes),
                Parameters.Numbers(rows, w => (long)w.Result.Metrics.Elapsed.TotalMilliseconds), Parameters.Texts(rows, w => w.Json));
        }

        // An attempt is unique for ever. Of two reports of the same one the first in the order is the row, the other hears of it.
        public IReadOnlyList<Write> Settle(IReadOnlyList<Write> writes, HashSet<string> applied) =>
            [.. writes.Where(write => !applied.Remove(((ResultWrite)write).Result.Attempt.Value))];

        public async Task ExplainAsync(IReadOnlyList<Write> others, NpgsqlConnection connection)
        {
            var rows = others.Cast<ResultWrite>().ToArray();
            var stored = new Dictionary<string, string>(StringComparer.Ordinal);
            await using var command = Parameters.Command(
                connection,
                """
                SELECT r.run, r.stage, r.task, r.generation, r.report::text FROM unnest($1, $2, $3, $4) AS n (run, stage, task, generation)
                JOIN datagrid.task_result AS r ON r.run = n.run AND r.stage = n.stage AND r.task = n.task AND r.generation = n.generation
                """,
                Parameters.Texts(rows, w => w.Result.Task.Run.Value), Parameters.Texts(rows, w => w.Result.Task.Stage.ToString()),
                Parameters.Numbers(rows, w => w.Result.Task.Number), Parameters.Numbers(rows, w => w.Report.Generation));
            await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
            while (await reader.ReadAsync().ConfigureAwait(false))
                stored[KeyOf(reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt32(3))] = reader.GetString(4);
            // A row that was in the way and is gone belonged to a run that was forgotten meanwhile: nobody asks for its results any more.
            foreach (var row in rows)
                row.Answer = stored.GetValueOrDefault(row.Order);
        }

        private static string Words(TaskOutcome outcome) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString());
    }
}
