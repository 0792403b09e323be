using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Runtime;

/// <summary>A store that forgets when the process ends. Fenced like a durable one, and it keeps JSON, so that nobody shares an object with it.</summary>
internal sealed class MemoryGrainStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<(GrainId, string), (byte[] Json, string Etag)> _records = new();
    private long _version;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var found = _records.TryGetValue((grainId, stateName), out var record);
        grainState.RecordExists = found;
        grainState.ETag = found ? record.Etag : null;
        grainState.State = found ? JsonSerializer.Deserialize<T>(record.Json) : NewState<T>();
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = (grainId, stateName);
        var next = (JsonSerializer.SerializeToUtf8Bytes(grainState.State), Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture));
        var exists = _records.TryGetValue(key, out var stored);
        var written = exists
            ? stored.Etag == grainState.ETag && _records.TryUpdate(key, next, stored)
            : grainState.ETag is null && _records.TryAdd(key, next);
        if (!written)
            throw Lost(stateName, grainId, exists ? stored.Etag : null, grainState.ETag);
        grainState.ETag = next.Item2;
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = (grainId, stateName);
        if (_records.TryGetValue(key, out var stored)
            && (stored.Etag != grainState.ETag || !_records.TryRemove(new KeyValuePair<(GrainId, string), (byte[], string)>(key, stored))))
            throw Lost(stateName, grainId, stored.Etag, grainState.ETag);
        grainState.ETag = null;
        grainState.RecordExists = false;
        grainState.State = NewState<T>();
        return Task.CompletedTask;
    }

    private static T NewState<T>() => typeof(T).IsValueType || typeof(T).GetConstructor(Type.EmptyTypes) is not null
        ? Activator.CreateInstance<T>()
        : (T)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(typeof(T));

    private static InconsistentStateException Lost(string name, GrainId grainId, string? stored, string? held) =>
        new($"State {name} of {grainId} was written by someone else.", stored, held);
}
