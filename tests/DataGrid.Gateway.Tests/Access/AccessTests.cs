using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using DataGrid.Gateway.Access;
using DataGrid.Gateway.Grpc;
using Microsoft.AspNetCore.Routing;

namespace DataGrid.Gateway.Tests.Access;

/// <summary>A gateway that lets only those in who bring a key.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private readonly Bed _bed = new() { Options = new GatewayOptions { Port = 0, NeedsKeys = true, KeyCache = TimeSpan.FromMilliseconds(1) } };

    public Task InitializeAsync() => _bed.InitializeAsync();

    public Task DisposeAsync() => _bed.DisposeAsync();

    /// <summary>Who may call what. An endpoint without a row here fails the test: decide who may call it.</summary>
    private static readonly Dictionary<string, Role?> Table = new(StringComparer.Ordinal)
    {
        ["GET /openapi/{documentName}.json"] = null,
        ["GET /api/v1/me"] = Role.Viewer,
        ["GET /api/v1/pipelines/"] = Role.Viewer,
        ["POST /api/v1/pipelines/"] = Role.Editor,
        ["GET /api/v1/pipelines/{pipeline}"] = Role.Viewer,
        ["GET /api/v1/pipelines/{pipeline}/versions"] = Role.Viewer,
        ["GET /api/v1/pipelines/{pipeline}/plan"] = Role.Viewer,
        ["POST /api/v1/pipelines/{pipeline}/pause"] = Role.Operator,
        ["POST /api/v1/pipelines/{pipeline}/resume"] = Role.Operator,
        ["POST /api/v1/pipelines/{pipeline}/runs"] = Role.Editor,
        ["GET /api/v1/runs/"] = Role.Viewer,
        ["GET /api/v1/runs/{run}"] = Role.Viewer,
        ["POST /api/v1/runs/{run}/cancel"] = Role.Operator,
        ["POST /api/v1/runs/{run}/retry"] = Role.Editor,
        ["GET /api/v1/runs/{run}/plan"] = Role.Viewer,
        ["GET /api/v1/runs/{run}/events"] = Role.Viewer,
        ["GET /api/v1/runs/{run}/logs"] = Role.Viewer,
        ["GET /api/v1/runs/{run}/lineage"] = Role.Viewer,
        ["GET /api/v1/datasets/"] = Role.Viewer,
        ["GET /api/v1/datasets/{dataset}"] = Role.Viewer,
        ["GET /api/v1/datasets/{dataset}/schema"] = Role.Viewer,
        ["GET /api/v1/datasets/{dataset}/versions"] = Role.Viewer,
        ["GET /api/v1/datasets/{dataset}/partitions"] = Role.Viewer,
        ["GET /api/v1/datasets/{dataset}/checks"] = Role.Viewer,
        ["GET /api/v1/datasets/{dataset}/profile"] = Role.Viewer,
        ["GET /api/v1/datasets/{dataset}/preview"] = Role.Viewer,
        ["GET /api/v1/datasets/{dataset}/rows"] = Role.Viewer,
        ["POST /api/v1/datasets/{dataset}/rollback"] = Role.Operator,
        ["POST /api/v1/query"] = Role.Viewer,
        ["GET /api/v1/lineage/"] = Role.Viewer,
        ["GET /api/v1/lineage/impact"] = Role.Viewer,
        ["GET /api/v1/lineage/path"] = Role.Viewer,
        ["GET /api/v1/cluster"] = Role.Viewer,
        ["GET /api/v1/keys/"] = Role.Admin,
        ["POST /api/v1/keys/"] = Role.Admin,
        ["GET /api/v1/keys/{key}"] = Role.Admin,
        ["DELETE /api/v1/keys/{key}"] = Role.Admin,
    };

    [Theory]
    [InlineData("http", HttpStatusCode.Unauthorized)]
    [InlineData("https", HttpStatusCode.Unauthorized)]
    [InlineData("ftp", HttpStatusCode.Forbidden)]
    public async Task The_pages_of_its_own_host_may_ask_also_behind_what_ends_TLS(string scheme, HttpStatusCode answer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me");
        request.Headers.TryAddWithoutValidation("Origin", $"{scheme}://{_bed.Address.Authority}");
        using var response = await _bed.Http.SendAsync(request);

        Assert.Equal(answer, response.StatusCode);
    }

    [Fact]
    public async Task Every_endpoint_lets_in_whom_the_table_says_and_nobody_else()
    {
        var keys = new Dictionary<Role, string>();
        foreach (var role in Enum.GetValues<Role>()) keys[role] = await KeyAsync("default", role);
        var foreign = await KeyAsync("elsewhere", Role.Admin);
        var endpoints = Endpoints().ToList();
        Assert.Equal(Table.Keys.Order(StringComparer.Ordinal), endpoints.Select(static endpoint => endpoint.Name).Order(StringComparer.Ordinal));
        foreach (var (name, method, path) in endpoints)
        {
            if (Table[name] is not { } least)
            {
                Assert.Equal(HttpStatusCode.OK, await AskAsync(method, path, null));
                continue;
            }
            Assert.True(await AskAsync(method, path, null) == HttpStatusCode.Unauthorized, name);
            Assert.True(await AskAsync(method, path, foreign) == HttpStatusCode.NotFound, $"{name}: a key of another workspace");
            Assert.True(await AskAsync(method, path, keys[Role.Admin], "elsewhere") == HttpStatusCode.NotFound, $"{name}: another workspace");
            foreach (var (role, key) in keys)
            {
                var status = await AskAsync(method, path, key);
                Assert.True(role < least == (status == HttpStatusCode.Forbidden), $"{name} for {role}: {status}");
                Assert.True((int)status < 500 && status != HttpStatusCode.Unauthorized, $"{name} for {role}: {status}");
            }
        }
    }

    [Fact]
    public async Task A_key_of_another_workspace_learns_nothing_of_this_one()
    {
        var foreign = await KeyAsync("elsewhere", Role.Admin);
        using var response = await SendAsync(HttpMethod.Get, "/api/v1/me", foreign);
        await Bed.ProblemAsync(response, HttpStatusCode.NotFound, "workspace_unknown");
    }

    [Fact]
    public async Task A_key_that_is_unknown_changed_ended_or_revoked_opens_nothing()
    {
        var good = await KeyAsync("default", Role.Viewer);
        var ended = await KeyAsync("default", Role.Admin, expiresAt: DateTimeOffset.UnixEpoch);
        foreach (var key in new[] { good[..^1] + (good[^1] == 'A' ? 'B' : 'A'), ended, "dg_", "dg_x_y", "nonsense", good.Replace("dg_", "", StringComparison.Ordinal), $"dg_{new string('0', 16)}_x", $"dg_..%2f..%2f_{good}" })
        {
            using var response = await SendAsync(HttpMethod.Get, "/api/v1/me", key);
            await Bed.ProblemAsync(response, HttpStatusCode.Unauthorized, "unauthenticated");
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        }
        var admin = await KeyAsync("default", Role.Admin);
        using var revoked = await SendAsync(HttpMethod.Delete, $"/api/v1/keys/{good.Split('_')[1]}", admin);
        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        using var after = await SendAsync(HttpMethod.Get, "/api/v1/me", good);
        await Bed.ProblemAsync(after, HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task A_key_is_made_shown_once_and_kept_as_a_hash()
    {
        var admin = await KeyAsync("default", Role.Admin);
        using var made = await SendAsync(HttpMethod.Post, "/api/v1/keys", admin, new { name = "reports", role = "viewer", scopes = new[] { "datasets" } });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var answer = await Bed.JsonAsync(made);
        var secret = answer.GetProperty("secret").GetString()!;
        Assert.Matches("^dg_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$", secret);
        using var list = await SendAsync(HttpMethod.Get, "/api/v1/keys", admin);
        var text = await list.Content.ReadAsStringAsync();
        Assert.Contains("reports", text, StringComparison.Ordinal);
        Assert.DoesNotContain(secret.Split('_', 3)[2], text, StringComparison.Ordinal);
        Assert.DoesNotContain("secretHash", text, StringComparison.Ordinal);
        Assert.All(Directory.EnumerateFiles(_bed.Root, "*", SearchOption.AllDirectories).Where(static file => file.EndsWith("json", StringComparison.Ordinal)),
            file => Assert.DoesNotContain(secret.Split('_', 3)[2], File.ReadAllText(file), StringComparison.Ordinal));

        using var allowed = await SendAsync(HttpMethod.Get, "/api/v1/datasets", secret);
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        using var refused = await SendAsync(HttpMethod.Get, "/api/v1/runs", secret);
        await Bed.ProblemAsync(refused, HttpStatusCode.Forbidden, "forbidden");
        using var one = await SendAsync(HttpMethod.Get, $"/api/v1/keys/{answer.GetProperty("key").GetProperty("key").GetString()}", admin);
        Assert.Equal(JsonValueKind.String, (await Bed.JsonAsync(one)).GetProperty("lastUsedAt").ValueKind);
    }

    [Theory]
    [InlineData("{\"role\": \"viewer\"}")]
    [InlineData("{\"name\": \"x\"}")]
    [InlineData("{\"name\": \"x\", \"role\": \"king\"}")]
    [InlineData("{\"name\": \"x\", \"role\": \"viewer\", \"scopes\": [\"moon\"]}")]
    [InlineData("{\"name\": \"x\", \"role\": \"viewer\", \"expiresAt\": \"2001-01-01T00:00:00Z\"}")]
    public async Task A_key_that_makes_no_sense_is_not_made(string body)
    {
        var admin = await KeyAsync("default", Role.Admin);
        using var response = await SendAsync(HttpMethod.Post, "/api/v1/keys", admin, JsonDocument.Parse(body).RootElement);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Changes_and_denials_stand_in_an_audit_log_whose_lines_hold_each_other()
    {
        var viewer = await KeyAsync("default", Role.Viewer);
        var admin = await KeyAsync("default", Role.Admin);
        (await SendAsync(HttpMethod.Post, "/api/v1/pipelines/none/pause", viewer)).Dispose();
        (await SendAsync(HttpMethod.Post, "/api/v1/pipelines/none/pause", admin)).Dispose();
        (await SendAsync(HttpMethod.Get, "/api/v1/me", "dg_wrong")).Dispose();
        (await SendAsync(HttpMethod.Post, "/api/v1/keys", admin, new { name = "made", role = "viewer" })).Dispose();
        var lines = File.ReadAllLines(Directory.EnumerateFiles(Path.Combine(_bed.Root, "gateway", "audit")).Single());
        var entries = lines.Select(static line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["forbidden", "pipeline_unknown", "unauthenticated", "done"], entries.Select(static entry => entry.GetProperty("outcome").GetString()));
        Assert.Equal(["viewer of default", "admin of default", "nobody", "admin of default"], entries.Select(static entry => entry.GetProperty("who").GetString()));
        Assert.Equal("none", entries[1].GetProperty("target").GetString());

        Assert.Null(AuditLog.FindBreak(lines));
        Assert.Equal(2, AuditLog.FindBreak([lines[0], lines[2], lines[3]]));
        Assert.Equal(2, AuditLog.FindBreak([lines[0], lines[1].Replace("admin of default", "viewer of default", StringComparison.Ordinal), lines[2], lines[3]]));
    }

    private IEnumerable<(string Name, string Method, string Path)> Endpoints() =>
        from endpoint in _bed.Silo.Gateway!.Endpoints.OfType<RouteEndpoint>()
        where endpoint.Metadata.GetMetadata<GrpcMethod>() is null
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
        let pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/')
        let path = pattern.Replace("{documentName}", "v1", StringComparison.Ordinal).Replace("{pipeline}", "none", StringComparison.Ordinal)
            .Replace("{run}", "20200101-000000-00000000", StringComparison.Ordinal).Replace("{dataset}", "no.thing", StringComparison.Ordinal).Replace("{key}", "0000000000000000", StringComparison.Ordinal)
        select ($"{method} {pattern}", method, path);

    private async Task<HttpStatusCode> AskAsync(string method, string path, string? key, string? place = null)
    {
        using var response = await SendAsync(HttpMethod.Parse(method), path, key, method == "POST" ? new { } : null, place);
        if ((int)response.StatusCode >= 400) Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return response.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? key, object? body = null, string? place = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (key is not null) request.Headers.TryAddWithoutValidation("Authorization", new AuthenticationHeaderValue("Bearer", key).ToString());
        if (place is not null) request.Headers.Add("DataGrid-Workspace", place);
        if (body is not null) request.Content = JsonContent.Create(body);
        return await _bed.Http.SendAsync(request);
    }

    private async Task<string> KeyAsync(string place, Role role, DateTimeOffset? expiresAt = null) => (await _bed.Silo.Gateway!.Service<KeyStore>().CreateAsync(
        $"{role.ToString().ToLowerInvariant()} of {place}", ImmutableSortedDictionary<string, Role>.Empty.Add(place, role), [], expiresAt, "test", CancellationToken.None)).Text;
}
