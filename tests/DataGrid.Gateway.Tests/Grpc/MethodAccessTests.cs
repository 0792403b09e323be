using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using DataGrid.Gateway.Access;
using DataGrid.Gateway.Grpc;

namespace DataGrid.Gateway.Tests.Grpc;

/// <summary>Who may call which method of gRPC, on a gateway that lets only those in who bring a key.</summary>
public sealed class MethodAccessTests : IAsyncLifetime
{
    private const string Ok = "0", NotFound = "5", Denied = "7", Exhausted = "8", Broken = "13", Nobody = "16";

    private readonly Bed _bed = new() { Options = new GatewayOptions { Port = 0, NeedsKeys = true, KeyCache = TimeSpan.FromMilliseconds(1) } };

    public Task InitializeAsync() => _bed.InitializeAsync();

    public Task DisposeAsync() => _bed.DisposeAsync();

    /// <summary>Who may call what; null for everybody. A method without a row here fails the test: decide who may call it.</summary>
    private static readonly Dictionary<string, Role?> Table = new(StringComparer.Ordinal)
    {
        ["datagrid.v1.Jobs/SubmitProject"] = Role.Editor,
        ["datagrid.v1.Jobs/ListPipelines"] = Role.Viewer,
        ["datagrid.v1.Jobs/SetPipelinePaused"] = Role.Operator,
        ["datagrid.v1.Jobs/StartRun"] = Role.Editor,
        ["datagrid.v1.Jobs/GetRun"] = Role.Viewer,
        ["datagrid.v1.Jobs/ListRuns"] = Role.Viewer,
        ["datagrid.v1.Jobs/WatchRun"] = Role.Viewer,
        ["datagrid.v1.Jobs/CancelRun"] = Role.Operator,
        ["datagrid.v1.Jobs/RetryRun"] = Role.Editor,
        ["datagrid.v1.Datasets/ListDatasets"] = Role.Viewer,
        ["datagrid.v1.Datasets/GetDataset"] = Role.Viewer,
        ["datagrid.v1.Datasets/ListVersions"] = Role.Viewer,
        ["datagrid.v1.Datasets/Rollback"] = Role.Operator,
        ["datagrid.v1.Query/Run"] = Role.Viewer,
        ["datagrid.v1.Lineage/Walk"] = Role.Viewer,
        ["datagrid.v1.Lineage/Impact"] = Role.Viewer,
        ["datagrid.v1.Lineage/Path"] = Role.Viewer,
        ["grpc.health.v1.Health/Check"] = null,
        ["grpc.health.v1.Health/Watch"] = null,
        ["grpc.reflection.v1.ServerReflection/ServerReflectionInfo"] = null,
    };

    [Fact]
    public async Task Every_method_lets_in_whom_the_table_says_and_nobody_else()
    {
        var methods = GrpcServices.All.SelectMany(static service => service.Methods.Select(method => $"{service.FullName}/{method.Name}")).ToList();
        Assert.Equal(Table.Keys.Order(StringComparer.Ordinal), methods.Order(StringComparer.Ordinal));
        var keys = new Dictionary<Role, string>();
        foreach (var role in Enum.GetValues<Role>()) keys[role] = await KeyAsync("default", role);
        var foreign = await KeyAsync("elsewhere", Role.Admin);
        foreach (var method in methods)
        {
            if (Table[method] is not { } least)
            {
                Assert.DoesNotContain((await CallAsync(method, null)).Status, new[] { Nobody, Denied, Broken });
                continue;
            }
            Assert.Equal((Nobody, "unauthenticated"), await CallAsync(method, null));
            Assert.Equal((NotFound, "workspace_unknown"), await CallAsync(method, foreign));
            Assert.Equal((NotFound, "workspace_unknown"), await CallAsync(method, keys[Role.Admin], "elsewhere"));
            foreach (var (role, key) in keys)
            {
                var (status, code) = await CallAsync(method, key);
                Assert.True(role < least == (status == Denied), $"{method} for {role}: {status} {code}");
                Assert.True(status is not (Broken or Nobody), $"{method} for {role}: {status} {code}");
            }
        }
    }

    [Fact]
    public async Task A_key_for_parts_of_the_API_is_for_the_same_parts_of_gRPC()
    {
        var key = await KeyAsync("default", Role.Admin, ["datasets"]);
        Assert.Equal((Ok, ""), await CallAsync("datagrid.v1.Datasets/ListDatasets", key));
        Assert.Equal((Denied, "forbidden"), await CallAsync("datagrid.v1.Jobs/ListRuns", key));
    }

    [Fact]
    public async Task Changes_and_denials_of_calls_stand_in_the_audit_log()
    {
        await CallAsync("datagrid.v1.Jobs/CancelRun", await KeyAsync("default", Role.Viewer));
        await CallAsync("datagrid.v1.Jobs/CancelRun", await KeyAsync("default", Role.Operator));
        var lines = File.ReadAllLines(Directory.EnumerateFiles(Path.Combine(_bed.Root, "gateway", "audit")).Single());
        var entries = lines.Select(static line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["forbidden", "name_invalid"], entries.Select(static entry => entry.GetProperty("outcome").GetString()));
        Assert.All(entries, static entry => Assert.Equal("/datagrid.v1.Jobs/CancelRun", entry.GetProperty("route").GetString()));
    }

    [Fact]
    public async Task Who_calls_too_often_is_told_to_wait()
    {
        var bed = new Bed { Options = new GatewayOptions { Port = 0, NeedsKeys = true, RequestsPerSecond = 1, RequestBurst = 2 } };
        await bed.InitializeAsync();
        try
        {
            var key = await KeyAsync("default", Role.Viewer, [], bed);
            var told = new List<(string, string)>();
            for (var i = 0; i < 6; i++) told.Add(await CallAsync("datagrid.v1.Jobs/ListRuns", key, null, bed));
            Assert.Equal((Ok, ""), told[0]);
            Assert.Contains((Exhausted, "rate_limited"), told);
        }
        finally
        {
            await bed.DisposeAsync();
        }
    }

    private async Task<(string Status, string Code)> CallAsync(string method, string? key, string? place = null, Bed? bed = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/{method}") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content = new ByteArrayContent(new byte[5]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        request.Headers.TryAddWithoutValidation("grpc-timeout", "2S");
        if (key is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        if (place is not null) request.Headers.Add("DataGrid-Workspace", place);
        using var response = await (bed ?? _bed).Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/grpc", response.Content.Headers.ContentType?.MediaType);
        return (Said("grpc-status"), Said("datagrid-code"));

        string Said(string name) => response.Headers.TryGetValues(name, out var values) || response.TrailingHeaders.TryGetValues(name, out values) ? values.Single() : "";
    }

    private async Task<string> KeyAsync(string place, Role role, ImmutableArray<string>? scopes = null, Bed? bed = null) => (await (bed ?? _bed).Silo.Gateway!.Service<KeyStore>().CreateAsync(
        $"{role.ToString().ToLowerInvariant()} of {place}", ImmutableSortedDictionary<string, Role>.Empty.Add(place, role), scopes ?? [], null, "test", CancellationToken.None)).Text;
}
