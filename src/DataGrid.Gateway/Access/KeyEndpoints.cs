using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Gateway.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DataGrid.Gateway.Access;

/// <summary>A key to be made.</summary>
public sealed record NewKey
{
    /// <summary>What people will call it.</summary>
    public string? Name { get; init; }

    /// <summary>What it may do in this workspace.</summary>
    public Role? Role { get; init; }

    /// <summary>Parts of the API that it is for; empty for all.</summary>
    public ImmutableArray<string> Scopes { get; init => field = value.OrEmpty(); } = [];

    /// <summary>When it ends, UTC; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A key as it is listed.</summary>
public sealed record KeyView
{
    /// <summary>Its public part.</summary>
    public required string Key { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do in this workspace; null when nothing.</summary>
    public Role? Role { get; init; }

    /// <summary>Parts of the API that it is for; empty for all.</summary>
    public ImmutableArray<string> Scopes { get; init; } = [];

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who made it.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>When it ends, UTC; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was revoked, UTC; null while it was not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When it was used last, UTC, to the minute; null when it was never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>A key that was made. Its secret is shown this once.</summary>
/// <param name="Secret">What to send as <c>Authorization: Bearer …</c>.</param>
/// <param name="Key">The key.</param>
public sealed record KeyMade(string Secret, KeyView Key);

/// <summary><c>/api/v1/keys</c></summary>
internal static class KeyEndpoints
{
    private const int MaxNameLength = 100;
    private static readonly ImmutableArray<string> Scopes = ["pipelines", "runs", "datasets", "query", "lineage", "cluster", "keys"];

    public static void Map(IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/keys").WithTags("Keys");
        // Not repeatable with an Idempotency-Key: its answer holds a secret, which is kept nowhere.
        keys.MapPost("", CreateAsync).Needs(Role.Admin).Changes("key").WithName("createKey").WithSummary("Make a key; its secret is shown this once").Accepts<NewKey>("application/json").Produces<KeyMade>(201);
        keys.MapGet("", ListAsync).Needs(Role.Admin).WithName("listKeys").WithSummary("List keys").Produces<Page<KeyView>>();
        keys.MapGet("/{key}", GetAsync).Needs(Role.Admin).WithName("getKey").WithSummary("One key").Produces<KeyView>();
        keys.MapDelete("/{key}", RevokeAsync).Needs(Role.Admin).Changes("key").WithName("revokeKey").WithSummary("Revoke a key").Produces<KeyView>();
    }

    private static async Task<IResult> CreateAsync(KeyStore store, WorkspacePorts ports, GatewayOptions options, TimeProvider clock, HttpContext http)
    {
        var asked = await ApiJson.ReadAsync<NewKey>(http, options.MaxBodyBytes);
        if (string.IsNullOrWhiteSpace(asked.Name) || asked.Name.Length > MaxNameLength || asked.Name.Any(char.IsControl)) throw ApiFaults.Usage("the key needs a name", $"give 1 to {MaxNameLength} characters");
        if (asked.Role is not { } role) throw ApiFaults.Usage("the key needs a role", "give viewer, editor, operator or admin");
        if (asked.Scopes.FirstOrDefault(static scope => !Scopes.Contains(scope)) is { } unknown) throw ApiFaults.Usage($"there is no scope '{unknown}'", $"there are {string.Join(", ", Scopes)}");
        if (asked.ExpiresAt is { } end && end <= clock.GetUtcNow()) throw ApiFaults.Usage("the key would have ended before it is made", "give a later expiresAt, or none");
        var roles = ImmutableSortedDictionary<string, Role>.Empty.Add(ports.Workspace.Value, role);
        var (text, key) = await store.CreateAsync(asked.Name, roles, asked.Scopes, asked.ExpiresAt, Caller.Of(http).Name, http.RequestAborted);
        http.Audit(key.Key);
        http.Response.Headers.CacheControl = "no-store";
        return ApiAnswers.Created(http, $"{GatewayHost.ApiPath}/keys/{key.Key}", new KeyMade(text, View(key, ports.Workspace, null)));
    }

    private static async Task<IResult> ListAsync(KeyStore store, WorkspacePorts ports, GatewayOptions options, HttpContext http, string? limit, string? cursor, CancellationToken cancellationToken)
    {
        var page = Pages.Of(await store.ListAsync(cancellationToken), static key => key.Key, Pages.Read(limit, cursor, options));
        var views = ImmutableArray.CreateBuilder<KeyView>();
        foreach (var key in page.Items) views.Add(View(key, ports.Workspace, await store.LastUseAsync(key.Key, cancellationToken)));
        return Pages.Answer(http, new Page<KeyView>(views.ToImmutable(), page.Next));
    }

    private static async Task<IResult> GetAsync(KeyStore store, WorkspacePorts ports, string key, CancellationToken cancellationToken)
    {
        var found = await FindAsync(store, key, cancellationToken);
        return ApiAnswers.Tagged(View(found, ports.Workspace, await store.LastUseAsync(found.Key, cancellationToken)));
    }

    private static async Task<IResult> RevokeAsync(KeyStore store, WorkspacePorts ports, string key, CancellationToken cancellationToken)
    {
        var found = await store.RevokeAsync(await FindAsync(store, key, cancellationToken), cancellationToken);
        return ApiAnswers.Json(View(found, ports.Workspace, await store.LastUseAsync(found.Key, cancellationToken)));
    }

    private static async Task<ApiKey> FindAsync(KeyStore store, string key, CancellationToken cancellationToken) =>
        await store.FindAsync(key, cancellationToken) ?? throw ApiFaults.Of(ErrorCodes.KeyUnknown, "there is no such key", $"see {GatewayHost.ApiPath}/keys");

    private static KeyView View(ApiKey key, WorkspaceId place, DateTimeOffset? lastUse) => new()
    {
        Key = key.Key, Name = key.Name, Role = key.RoleIn(place), Scopes = key.Scopes, CreatedAt = key.CreatedAt, CreatedBy = key.CreatedBy, ExpiresAt = key.ExpiresAt,
        RevokedAt = key.RevokedAt, LastUsedAt = lastUse,
    };
}
