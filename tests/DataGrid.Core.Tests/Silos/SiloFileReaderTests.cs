using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Silos;

namespace DataGrid.Core.Tests.Silos;

public sealed class SiloFileReaderTests
{
    private const string Secret = "s3cr3t-Pa55word";

    [Fact]
    public void A_file_is_read_with_what_the_environment_says()
    {
        var (file, problems) = Read("""
            cluster: sales
            silo: ${HOSTNAME}
            root: /srv/datagrid
            workspace: team-a
            listen: 0.0.0.0:11111
            advertise: "${POD_IP}:11112"
            metadata: ${DATAGRID_METADATA}
            worker:
              slots: 4
              memory: 1.5GiB
              threads: 8
              spill: /tmp/spill
            tls: {certificate: a.pem, key: b.pem, authority: c.pem}
            limits: {heartbeat: 500ms, lease: 4s, metadata_wait: 2m, metadata_retry: 10s, drain: 2m}
            admin: 0.0.0.0:8081
            gateway: 127.0.0.1:8321
            api: {keys: true, issuer: "https://login.example.com/", audience: grid, data: [in, /srv/in]}
            log: json
            """);
        Assert.Empty(problems);
        Assert.Equal((true, "https://login.example.com/", "grid", "in /srv/in"), (file!.Api!.NeedsKeys, file.Api.Issuer, file.Api.Audience, string.Join(' ', file.Api.DataFolders)));
        Assert.Equal((120.0, "0.0.0.0:8081", true), (file!.Drain!.Value.TotalSeconds, file.Admin!.ToString(), file.HasJsonLog));
        Assert.Equal(("sales", "box", "/srv/datagrid", "team-a"), (file!.Cluster, file.Name, file.Root, file.Workspace));
        Assert.Equal(("0.0.0.0:11111", "10.0.0.7:11112"), (file.Listen.ToString(), file.Advertise!.ToString()));
        Assert.Equal($"Host=db;Database=d;Password={Secret}", file.Metadata);
        Assert.Equal((4, 1_610_612_736L, 8, "/tmp/spill"), (file.Slots, file.MemoryBytes, file.Threads, file.Spill));
        Assert.Equal(new SiloCertificates("a.pem", "b.pem", "c.pem"), file.Tls);
        Assert.Equal((0.5, 4.0, 120.0, 10.0), (file.Heartbeat!.Value.TotalSeconds, file.Lease!.Value.TotalSeconds, file.MetadataWait!.Value.TotalSeconds, file.MetadataRetry!.Value.TotalSeconds));
    }

    [Fact]
    public void What_is_not_said_has_a_default()
    {
        var (file, problems) = Read("cluster: sales\nroot: /srv\nmetadata: ${DATAGRID_METADATA}\n");
        Assert.Empty(problems);
        Assert.Equal((null, "default", "127.0.0.1:11111"), (file!.Name, file.Workspace, file.Listen.ToString()));
        Assert.Null(file.Advertise);
        Assert.Null(file.Tls);
        Assert.Null(file.Api);
        Assert.Null(file.Slots);
        Assert.Null(file.Admin);
        Assert.False(file.HasJsonLog);
    }

    [Fact]
    public void Every_mistake_is_told_at_once_with_its_place_and_the_nearest_name()
    {
        var (file, problems) = Read("""
            clutser: sales
            listen: nowhere
            metadata: ${NOT_SET}
            worker:
              slots: 0
              memroy: 8GB
              memory: lots
            limits: {heartbeat: 2s, lease: 3s}
            """);
        Assert.Null(file);
        Assert.Equal(
            ["1:silo's file has no setting 'clutser'", "1:the silo's file needs 'root'", "2:'listen' is no address", "3:the variable NOT_SET", "5:'slots' is '0'", "6:has no setting 'memroy'", "7:'memory' is no size", "8:the lease is shorter"],
            problems.OrderBy(p => p.Position!.Line).Select((p, i) => Prefix(p, Expected[i])));
        Assert.Contains(problems, p => p.Help!.Contains("Did you mean 'cluster'?", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Help!.Contains("Did you mean 'memory'?", StringComparison.Ordinal));
    }

    [Fact]
    public void A_silo_that_listens_everywhere_must_say_where_it_is_reached()
    {
        var (_, problems) = Read("cluster: sales\nroot: /srv\nmetadata: ${DATAGRID_METADATA}\nlisten: 0.0.0.0:11111\n");
        var problem = Assert.Single(problems);
        Assert.Equal(4, problem.Position!.Line);
        Assert.Contains("advertise", problem.Help, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("metadata: [" + Secret)]
    [InlineData("metadata: {a: " + Secret + "}")]
    [InlineData("\tmetadata: " + Secret)]
    [InlineData("metadata: &x *x " + Secret)]
    [InlineData("metadata: postgres://u:" + Secret + "@h/d\nmetadata: postgres://u:" + Secret + "@h/d")]
    public void No_problem_shows_a_password(string line)
    {
        var (_, problems) = Read($"cluster: sales\nroot: /srv\n{line}\n");
        Assert.NotEmpty(problems);
        Assert.DoesNotContain(Secret, string.Join('\n', problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("- a\n- b\n")]
    public void What_is_no_mapping_is_told(string text) => Assert.Single(Read(text).Problems);

    [Fact]
    public void The_schema_for_editors_knows_exactly_the_keys_that_the_parser_knows()
    {
        var path = Path.Combine(Root(), "docs", "silo.schema.json");
        if (Environment.GetEnvironmentVariable("DATAGRID_ACCEPT") == "1") File.WriteAllText(path, SiloFileReader.WriteSchema());

        Assert.Equal(SiloFileReader.WriteSchema(), File.ReadAllText(path));
    }

    private static readonly string[] Expected =
        ["silo's file has no setting 'clutser'", "the silo's file needs 'root'", "'listen' is no address", "the variable NOT_SET", "'slots' is '0'", "has no setting 'memroy'", "'memory' is no size", "the lease is shorter"];

    private static string Prefix(Problem problem, string expected) =>
        problem.Message.Contains(expected, StringComparison.Ordinal) ? $"{problem.Position!.Line}:{expected}" : $"{problem.Position!.Line}:{problem.Message}";

    private static (SiloFile? File, ImmutableArray<Problem> Problems) Read(string text) => SiloFileReader.Read("silo.yaml", text, name => name switch
    {
        "HOSTNAME" => "box",
        "POD_IP" => "10.0.0.7",
        "DATAGRID_METADATA" => $"Host=db;Database=d;Password={Secret}",
        _ => null,
    });

    private static string Root([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "DataGrid.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("the solution's folder was not found");
    }
}
