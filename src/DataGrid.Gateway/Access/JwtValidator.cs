using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using DataGrid.Contracts;

namespace DataGrid.Gateway.Access;

/// <summary>
/// Tokens of one issuer. What a token says of its own key's whereabouts (<c>jku</c>, <c>x5u</c>, <c>jwk</c>) is never looked at; <c>none</c> and secrets are no algorithms here.
/// A token without an end, an audience or a known key is none.
/// </summary>
internal sealed class JwtValidator(GatewayOptions options, JwtIssuer issuer, TimeProvider clock)
{
    private const int MaxTokenLength = 16 << 10;
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>Who brings a token; null when it is not good. The role is null where the workspace does not exist for them.</summary>
    public async Task<(string Name, Role? Role)?> OpenAsync(string text, WorkspaceId place, CancellationToken cancellationToken)
    {
        var parts = text.Split('.');
        if (parts.Length != 3 || text.Length > MaxTokenLength || !parts.All(static part => part.Length > 0 && Base64Url.IsValid(part))) return null;
        try
        {
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]), Reading);
            if (Text(header.RootElement, "alg") is not { } algorithm || Text(header.RootElement, "kid") is not { } id || header.RootElement.TryGetProperty("crit", out _)) return null;
            if (await issuer.FindAsync(id, cancellationToken) is not { } key) return null;
            if (!key.Verifies(algorithm, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]))) return null;
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]), Reading);
            return IsForUs(claims.RootElement) && Text(claims.RootElement, "sub") is { Length: > 0 } name ? (name, RoleIn(claims.RootElement, place)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            // The header or the claims are no object.
            return null;
        }
    }

    private bool IsForUs(JsonElement claims)
    {
        var now = clock.GetUtcNow();
        return Text(claims, "iss") == options.Issuer && Texts(claims, "aud").Contains(options.Audience, StringComparer.Ordinal)
            && Time(claims, "exp") is { } end && now < end + options.Jwt.Skew
            && (!claims.TryGetProperty("nbf", out _) || Time(claims, "nbf") is { } begin && now >= begin - options.Jwt.Skew);
    }

    private Role? RoleIn(JsonElement claims, WorkspaceId place)
    {
        Role? best = null;
        foreach (var said in Texts(claims, options.Jwt.RoleClaim))
        {
            var parts = said.Split(':', 2);
            if (parts.Length == 2 && parts[0] != place.Value) continue;
            if (Enum.TryParse<Role>(parts[^1], ignoreCase: true, out var role) && Enum.IsDefined(role) && !char.IsAsciiDigit(parts[^1][0]) && (best is null || role > best)) best = role;
        }
        return best;
    }

    private static string? Text(JsonElement from, string name) => from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IEnumerable<string> Texts(JsonElement from, string name) => !from.TryGetProperty(name, out var value) ? [] : value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => [.. value.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.String).Select(static item => item.GetString()!)],
        _ => [],
    };

    private static DateTimeOffset? Time(JsonElement from, string name) =>
        from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is > -62_135_596_800 and < 253_402_300_799
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : null;
}
