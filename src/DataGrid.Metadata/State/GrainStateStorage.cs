using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataGrid.Contracts.Json;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Metadata.State;

/// <summary>
/// Grain state as JSON, the same in every store. Every write names the version that it builds on, the first one too: of two activations of a grain,
/// or of two first writers, one wins and the other gets an <see cref="InconsistentStateException"/>.
/// </summary>
internal sealed class GrainStateStorage(IStateTable table, int maxStateBytes) : IGrainStorage
{
    private readonly ConditionalWeakTable<object, UnknownMembers> _unknown = [];

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var stored = await table.ReadAsync(grainId, stateName).ConfigureAwait(false);
        _unknown.Remove(grainState);
        if (stored is not { } row)
        {
            Reset(grainState);
            return;
        }

        if (row.Format > StateFormat.Current)
            throw new OrleansException($"State {stateName} of {grainId} has format {row.Format}, written by a newer DataGrid; this one knows formats up to {StateFormat.Current}.");
        using var json = JsonDocument.Parse(row.Payload);
        if (UnknownMembers.Find(json.RootElement, DataGridJson.Options.GetTypeInfo(typeof(T))) is { } unknown)
            _unknown.Add(grainState, unknown);
        grainState.State = json.Deserialize<T>(DataGridJson.Options);
        grainState.ETag = row.Etag;
        grainState.RecordExists = true;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        // On the caller's turn: what the grain changes afterwards belongs to its next write.
        var payload = Serialize(stateName, grainId, grainState);
        var held = grainState.ETag;
        var outcome = await table.WriteAsync(grainId, stateName, held, payload).ConfigureAwait(false);
        if (outcome.IsUncertain)
            throw Uncertain(stateName, grainId, outcome.StoredEtag, held);
        grainState.ETag = outcome.NewEtag ?? throw Lost(stateName, grainId, outcome.StoredEtag, held);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var held = grainState.ETag;
        var stored = await table.RemoveAsync(grainId, stateName, held).ConfigureAwait(false);
        // Nothing left to clear is cleared, whoever did it.
        if (stored is not null)
            throw Lost(stateName, grainId, stored, held);
        _unknown.Remove(grainState);
        Reset(grainState);
    }

    private static InconsistentStateException Lost(string stateName, GrainId grainId, string? stored, string? held) => new(
        $"State {stateName} of {grainId} was written by another activation: the store has version {stored ?? "none"}, this one held {held ?? "none"}.", stored, held);

    private static UncertainWriteException Uncertain(string stateName, GrainId grainId, string? stored, string? held) => new(
        $"State {stateName} of {grainId} was written by another activation while the database was away: whether this write was applied before that is not known. The store has version {stored ?? "none"}, this one held {held ?? "none"}.",
        stored, held);

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
        return bytes <= maxStateBytes ? json : throw new OrleansException(
            $"State {stateName} of {grainId} has {bytes} bytes, {maxStateBytes} are allowed ({nameof(MetadataOptions.MaxStateBytes)}): keep large values in a file, and its name here.");
    }
}
