using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace DataGrid.Gateway.Access;

/// <summary>The keys of the configured issuer, by their ids; it is there only when one is configured. Asked by discovery; one request at a time, and not more often than is allowed, whatever tokens claim.</summary>
internal sealed class JwtIssuer(GatewayOptions options, TimeProvider clock, ILogger<JwtIssuer> logger) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = Patience }) { Timeout = Patience };
    private readonly SemaphoreSlim _asking = new(1);
    private ImmutableDictionary<string, JwtKey> _keys = ImmutableDictionary<string, JwtKey>.Empty;
    private DateTimeOffset _readAt = DateTimeOffset.MinValue;
    private DateTimeOffset _askedAt = DateTimeOffset.MinValue;

    /// <summary>The key of an id; null when the issuer has none, or cannot be asked.</summary>
    public async Task<JwtKey?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (clock.GetUtcNow() - _readAt < options.Jwt.KeyLifetime && _keys.TryGetValue(id, out var known)) return known;
        await _asking.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if (now - _readAt < options.Jwt.KeyLifetime && _keys.TryGetValue(id, out known)) return known;
            if (now - _askedAt < options.Jwt.AskEvery) return null;
            _askedAt = now;
            _keys = await ReadAsync(cancellationToken);
            _readAt = now;
            return _keys.GetValueOrDefault(id);
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException or InvalidDataException or IOException or CryptographicException or FormatException or KeyNotFoundException or InvalidOperationException
            || fault is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            GatewayLog.IssuerNotAsked(logger, options.Issuer!, fault);
            return null;
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _asking.Dispose();
    }

    private async Task<ImmutableDictionary<string, JwtKey>> ReadAsync(CancellationToken cancellationToken)
    {
        using var discovered = await GetAsync(new Uri(options.Issuer!.TrimEnd('/') + "/.well-known/openid-configuration"), cancellationToken);
        if (discovered.RootElement.GetProperty("issuer").GetString() != options.Issuer) throw new InvalidDataException("the discovery document is of another issuer");
        var address = new Uri(discovered.RootElement.GetProperty("jwks_uri").GetString() ?? "");
        if (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback) throw new InvalidDataException("the issuer's keys would be read without protection");
        using var document = await GetAsync(address, cancellationToken);
        var keys = ImmutableDictionary.CreateBuilder<string, JwtKey>(StringComparer.Ordinal);
        foreach (var entry in document.RootElement.GetProperty("keys").EnumerateArray())
            if (JwtKey.Read(entry) is { } key) keys[key.Id] = key;
        return keys.ToImmutable();
    }

    private async Task<JsonDocument> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var content = new MemoryStream();
        var buffer = new byte[8192];
        for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (content.Length + read > options.Jwt.MaxDocumentBytes) throw new InvalidDataException("the issuer's document is too long");
            content.Write(buffer, 0, read);
        }
        return JsonDocument.Parse(content.GetBuffer().AsMemory(0, (int)content.Length), new JsonDocumentOptions { MaxDepth = 16 });
    }
}
