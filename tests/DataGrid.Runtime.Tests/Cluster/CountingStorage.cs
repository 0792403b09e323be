using System.Collections.Concurrent;
using System.Text.Json;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Runtime.Tests;

/// <summary>A store that counts, and whose writes wait for the probe's signal <c>storage</c> when it is told to.</summary>
internal sealed class CountingStorage(Probe probe) : IGrainStorage
{
    private readonly ConcurrentDictionary<(string, GrainId), (string Json, string Etag)> _rows = new();
    private int _writes;

    public int Writes => Volatile.Read(ref _writes);

    public bool Hold { get; set; }

    /// <summary>Changes the stored version, as another writer would.</summary>
    public void Touch(GrainId grainId)
    {
        foreach (var key in _rows.Keys.Where(k => k.Item2 == grainId))
            _rows[key] = (_rows[key].Json, _rows[key].Etag + "x");
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (_rows.TryGetValue((stateName, grainId), out var row))
        {
            grainState.State = JsonSerializer.Deserialize<T>(row.Json);
            grainState.ETag = row.Etag;
            grainState.RecordExists = true;
        }

        return Task.CompletedTask;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var number = Interlocked.Increment(ref _writes);
        var json = JsonSerializer.Serialize(grainState.State);
        if (Hold)
            await probe.Wait("storage");
        if (_rows.TryGetValue((stateName, grainId), out var row) && row.Etag != grainState.ETag)
            throw new InconsistentStateException("Written by someone else.", row.Etag, grainState.ETag);
        _rows[(stateName, grainId)] = (json, $"v{number}");
        grainState.ETag = $"v{number}";
        grainState.RecordExists = true;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _rows.TryRemove((stateName, grainId), out _);
        grainState.ETag = null;
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }
}
