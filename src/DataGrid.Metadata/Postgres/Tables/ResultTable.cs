using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.Metadata.Postgres.Writing;
using DataGrid.Metadata.Runs;

namespace DataGrid.Metadata.Postgres.Tables;

/// <summary>The task journal in PostgreSQL.</summary>
internal sealed class ResultTable(Database database, WriteQueue writes) : IResultTable
{
    public Task<string?> AddAsync(TaskReport report, string json) => writes.RunAsync(new ResultWrite(report, json));

    public Task<IReadOnlyList<string>> ReadAsync(RunId run, CancellationToken cancellationToken) => database.RunAsync<IReadOnlyList<string>>(
        async (connection, token) =>
        {
            await using var command = Parameters.Command(connection, "SELECT report::text FROM datagrid.task_result WHERE run = $1", Parameters.Text(run.Value));
            await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            var reports = new List<string>();
            while (await reader.ReadAsync(token).ConfigureAwait(false))
                reports.Add(reader.GetString(0));
            return reports;
        },
        cancellationToken);

    public Task RemoveAsync(RunId run) => database.RunAsync(
        async (connection, token) =>
        {
            await using var command = Parameters.Command(connection, "DELETE FROM datagrid.task_result WHERE run = $1", Parameters.Text(run.Value));
            return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        },
        CancellationToken.None);
}
