using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using DataGrid.Contracts;
using DataGrid.Contracts.Json;

namespace DataGrid.Gateway.Access;

/// <summary>A key as it is kept. The secret itself is nowhere: it was shown once.</summary>
public sealed record ApiKey
{
    /// <summary>Its public part; also its file's name.</summary>
    public required string Key { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the secret, hexadecimal. The secret has 256 random bits, so that a slow hash would protect nothing more.</summary>
    public required string SecretHash { get; init; }

    /// <summary>What it may do, by workspace. Workspaces that are not named do not exist for it.</summary>
    public ImmutableSortedDictionary<string, Role> Roles { get; init => field = value.OrEmpty(); } = ImmutableSortedDictionary<string, Role>.Empty;

    /// <summary>Parts of the API that it is for: <c>pipelines</c>, <c>runs</c>, <c>datasets</c>, <c>query</c>, <c>lineage</c>, <c>cluster</c>, <c>keys</c>; empty for all.</summary>
    public ImmutableArray<string> Scopes { get; init => field = value.OrEmpty(); } = [];

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who made it.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>When it ends, UTC; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was revoked, UTC; null while it was not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Whether it opens anything at a time.</summary>
    public bool IsGood(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is not { } end || now < end);

    /// <summary>Its role in a workspace; null when the workspace does not exist for it.</summary>
    public Role? RoleIn(WorkspaceId place) => Roles.TryGetValue(place.Value, out var role) ? role : null;
}

/// <summary>A key's text: <c>dg_</c>, its public part, its secret. The prefix lets scanners find keys that got where they should not be.</summary>
internal static class KeyText
{
    public const string Prefix = "dg_";
    private const int SecretBytes = 32;
    private const int PublicBytes = 8;

    /// <summary>A new key: its text, and what is kept of it.</summary>
    public static (string Text, string Key, string SecretHash) Create()
    {
        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(PublicBytes));
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        return ($"{Prefix}{key}_{secret}", key, HashOf(secret));
    }

    /// <summary>The parts of a text; null when it is no key.</summary>
    public static (string Key, string SecretHash)? Parse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length > 100) return null;
        var rest = text[Prefix.Length..];
        var split = rest.IndexOf('_', StringComparison.Ordinal);
        if (split != 2 * PublicBytes || !rest[..split].All(char.IsAsciiHexDigitLower)) return null;
        return (rest[..split], HashOf(rest[(split + 1)..]));
    }

    /// <summary>Compares without telling by its time how much was right.</summary>
    public static bool Fits(string secretHash, ApiKey key) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(secretHash), Encoding.ASCII.GetBytes(key.SecretHash));

    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
