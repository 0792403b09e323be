using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Storage;
using DataGrid.Core.Datasets;

namespace DataGrid.Gateway.Access;

/// <summary>The keys of a workspace, as objects in its store: every silo sees the same ones.</summary>
/// <param name="store">Where they lie.</param>
/// <param name="paths">How the workspace names things.</param>
/// <param name="clock">The time.</param>
/// <param name="cache">How long what was read is believed.</param>
public sealed class KeyStore(IObjectStore store, WorkspacePaths paths, TimeProvider clock, TimeSpan cache)
{
    private const int MaxCached = 10_000;
    private static readonly TimeSpan UseEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Cached> _known = new(StringComparer.Ordinal);

    /// <summary>Makes a key.</summary>
    /// <returns>Its text, which is kept nowhere, and the key.</returns>
    public async Task<(string Text, ApiKey Key)> CreateAsync(
        string name, ImmutableSortedDictionary<string, Role> roles, ImmutableArray<string> scopes, DateTimeOffset? expiresAt, string? createdBy, CancellationToken cancellationToken)
    {
        var (text, id, hash) = KeyText.Create();
        var key = new ApiKey { Key = id, Name = name, SecretHash = hash, Roles = roles, Scopes = scopes, CreatedAt = clock.GetUtcNow(), CreatedBy = createdBy, ExpiresAt = expiresAt };
        await store.PutAsync(paths.Key(id), Bytes(key), cancellationToken);
        return (text, key);
    }

    /// <summary>The key of a text; null when it is none, was revoked, or has ended.</summary>
    public async Task<ApiKey?> OpenAsync(string text, CancellationToken cancellationToken)
    {
        if (KeyText.Parse(text) is not { } parts) return null;
        var now = clock.GetUtcNow();
        if (!_known.TryGetValue(parts.Key, out var cached) || now - cached.ReadAt >= cache)
        {
            if (_known.Count > MaxCached) _known.Clear();
            cached = new Cached(await ReadAsync(parts.Key, cancellationToken), now);
            _known[parts.Key] = cached;
        }
        return cached.Key is { } key && KeyText.Fits(parts.SecretHash, key) && key.IsGood(now) ? key : null;
    }

    /// <summary>All keys, by their public part.</summary>
    public async Task<ImmutableArray<ApiKey>> ListAsync(CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<ApiKey>();
        await foreach (var entry in store.ListAsync(paths.Keys, ListScope.Folder, cancellationToken))
            if (await ReadAsync(entry.Path.Name[..^".json".Length], cancellationToken) is { } key) found.Add(key);
        return found.ToImmutable();
    }

    /// <summary>A key; null when there is none.</summary>
    public Task<ApiKey?> FindAsync(string id, CancellationToken cancellationToken) =>
        id.Length > 0 && id.All(char.IsAsciiHexDigitLower) ? ReadAsync(id, cancellationToken) : Task.FromResult<ApiKey?>(null);

    /// <summary>Ends a key. What was believed of it here is forgotten at once, elsewhere within the time of the cache.</summary>
    public async Task<ApiKey> RevokeAsync(ApiKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var revoked = key.RevokedAt is null ? key with { RevokedAt = clock.GetUtcNow() } : key;
        await store.PutAsync(paths.Key(key.Key), Bytes(revoked), cancellationToken);
        _known.TryRemove(key.Key, out _);
        return revoked;
    }

    /// <summary>Notes that a key was used, once a minute at most.</summary>
    public async Task NoteUseAsync(ApiKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var now = clock.GetUtcNow();
        if (!_known.TryGetValue(key.Key, out var cached) || now - cached.NotedAt < UseEvery) return;
        cached.NotedAt = now;
        await store.PutAsync(paths.KeyUse(key.Key), JsonSerializer.SerializeToUtf8Bytes(new KeyUse(now), DataGridJson.Options), cancellationToken);
    }

    /// <summary>When a key was used last, to the minute; null when it was never.</summary>
    public async Task<DateTimeOffset?> LastUseAsync(string id, CancellationToken cancellationToken) =>
        await store.ReadAsync(paths.KeyUse(id), cancellationToken) is { } bytes ? JsonSerializer.Deserialize<KeyUse>(bytes, DataGridJson.Options)?.At : null;

    private async Task<ApiKey?> ReadAsync(string id, CancellationToken cancellationToken) =>
        await store.ReadAsync(paths.Key(id), cancellationToken) is { } bytes ? JsonSerializer.Deserialize<ApiKey>(bytes, DataGridJson.Options) : null;

    private static byte[] Bytes(ApiKey key) => JsonSerializer.SerializeToUtf8Bytes(key, DataGridJson.Options);

    private sealed record KeyUse(DateTimeOffset At);

    private sealed class Cached(ApiKey? key, DateTimeOffset readAt)
    {
        public ApiKey? Key { get; } = key;

        public DateTimeOffset ReadAt { get; } = readAt;

        public DateTimeOffset NotedAt { get; set; }
    }
}
