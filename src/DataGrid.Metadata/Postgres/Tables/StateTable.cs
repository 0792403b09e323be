using DataGrid.Metadata.Postgres.Writing;
using DataGrid.Metadata.State;
using Orleans.Runtime;

namespace DataGrid.Metadata.Postgres.Tables;

/// <summary>Grain state in PostgreSQL.</summary>
internal sealed class StateTable(Database database, WriteQueue writes) : IStateTable
{
    public Task<StoredState?> ReadAsync(GrainId grain, string name)
    {
        var key = StateKey.Of(grain, name);
        return database.RunAsync<StoredState?>(
            async (connection, cancellationToken) =>
            {
                await using var command = Parameters.Command(
                    connection, "SELECT etag, format, payload::text FROM datagrid.grain_state WHERE grain_type = $1 AND grain_key = $2 AND state_name = $3",
                    Parameters.Text(key.Type), Parameters.Text(key.Key), Parameters.Text(key.Name));
                await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
                    ? new StoredState(reader.GetString(0), reader.GetInt32(1), reader.GetString(2))
                    : null;
            },
            CancellationToken.None);
    }

    public Task<WriteOutcome> WriteAsync(GrainId grain, string name, string? held, string payload) =>
        writes.RunAsync(new StateWrite(StateKey.Of(grain, name), held, payload));

    public async Task<string?> RemoveAsync(GrainId grain, string name, string? held) => held is null
        ? (await ReadAsync(grain, name).ConfigureAwait(false))?.Etag
        : await writes.RunAsync(new StateRemoval(StateKey.Of(grain, name), held)).ConfigureAwait(false);
}
