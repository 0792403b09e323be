using DataGrid.Metadata.State;
using Orleans.Runtime;

namespace DataGrid.Metadata.Embedded;

/// <summary>Grain state in the embedded store.</summary>
internal sealed class StateTable(MetadataStore store) : IStateTable
{
    public async Task<StoredState?> ReadAsync(GrainId grain, string name)
    {
        var id = RowKey.Of(grain, name);
        var row = await store.ReadAsync(session => session.ReadOne("SELECT etag, format, payload FROM grain_state WHERE id = $1", id)).ConfigureAwait(false);
        return row is null ? null : new StoredState((string)row[0]!, (int)row[1]!, (string)row[2]!);
    }

    public Task<WriteOutcome> WriteAsync(GrainId grain, string name, string? held, string payload) =>
        store.RunAsync(new StateWrite(RowKey.Of(grain, name), held, payload));

    public Task<string?> RemoveAsync(GrainId grain, string name, string? held)
    {
        var id = RowKey.Of(grain, name);
        return store.WriteAsync(session =>
            held is not null && session.Execute("DELETE FROM grain_state WHERE id = $1 AND etag = $2", id, held) == 1 ? null : StateWrite.StoredEtag(session, id));
    }
}
