using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataGrid.Contracts.Json;
using DataGrid.Metadata.Embedded;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Metadata.State;

/// <summary>
/// Grain state in the embedded store. Every write names the version that it builds on, the first one too: of two activations of a grain,
/// or of two first writers, one wins and the other gets an <see cref="InconsistentStateException"/>.
/// </summary>
internal sealed class GrainStateStorage(MetadataStore store, MetadataOptions options) : IGrainStorage
{
    private readonly ConditionalWeakTable<object, UnknownMembers> _unknown = [];

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var id = RowKey.Of(grainId, stateName);
        var row = await store.ReadAsync(session => session.ReadOne("SELECT etag, format, payload FROM grain_state WHERE id = $1", id)).ConfigureAwait(false);
        _unknown.Remove(grainState);
        if (row is null)
        {
            Reset(grainState);
            return;
        }

        if ((int)row[1]! > StateWrite.Format)
            throw new OrleansException($"State {stateName} of {grainId} has format {row[1]}, written by a newer DataGrid; this one knows formats up to {StateWrite.Format}.");
        using var json = JsonDocument.Parse((string)row[2]!);
        if (UnknownMembers.Find(json.RootElement, DataGridJson.Options.GetTypeInfo(typeof(T))) is { } unknown)
            _unknown.Add(grainState, unknown);
        grainState.State = json.Deserialize<T>(DataGridJson.Options);
        grainState.ETag = (string)row[0]!;
        grainState.RecordExists = true;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        // On the caller's turn: what the grain changes afterwards belongs to its next write.
        var payload = Serialize(stateName, grainId, grainState);
        var id = RowKey.Of(grainId, stateName);
        var held = grainState.ETag;
        var outcome = await store.RunAsync(new StateWrite(id, held, payload)).ConfigureAwait(false);
        grainState.ETag = outcome.NewEtag ?? throw Lost(stateName, grainId, outcome.StoredEtag, held);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var id = RowKey.Of(grainId, stateName);
        var held = grainState.ETag;
        var stored = await store.WriteAsync(session =>
            held is not null && session.Execute("DELETE FROM grain_state WHERE id = $1 AND etag = $2", id, held) == 1 ? null : StateWrite.StoredEtag(session, id)).ConfigureAwait(false);
        // Nothing left to clear is cleared, whoever did it.
        if (stored is not null)
            throw Lost(stateName, grainId, stored, held);
        _unknown.Remove(grainState);
        Reset(grainState);
    }

    private static InconsistentStateException Lost(string stateName, GrainId grainId, string? stored, string? held) => new(
        $"State {stateName} of {grainId} was written by another activation: the store has version {stored ?? "none"}, this one held {held ?? "none"}.", stored, held);

    private static void Reset<T>(IGrainState<T> grainState)
    {
        grainState.State = typeof(T).IsValueType || typeof(T).GetConstructor(Type.EmptyTypes) is not null
            ? Activator.CreateInstance<T>()
            : (T)RuntimeHelpers.GetUninitializedObject(typeof(T));
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private string Serialize<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        string json;
        if (_unknown.TryGetValue(grainState, out var unknown) && JsonSerializer.SerializeToNode(grainState.State, DataGridJson.Options) is JsonObject node)
        {
            unknown.MergeInto(node);
            json = node.ToJsonString(DataGridJson.Options);
        }
        else
        {
            json = JsonSerializer.Serialize(grainState.State, DataGridJson.Options);
        }

        var bytes = Encoding.UTF8.GetByteCount(json);
        return bytes <= options.MaxStateBytes ? json : throw new OrleansException(
            $"State {stateName} of {grainId} has {bytes} bytes, {options.MaxStateBytes} are allowed ({nameof(MetadataOptions.MaxStateBytes)}): keep large values in a file, and its name here.");
    }
}
