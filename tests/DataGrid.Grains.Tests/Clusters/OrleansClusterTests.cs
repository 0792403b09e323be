#if ORLEANS
using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Tests.Metadata.Postgres;
using DataGrid.Metadata.Postgres;
using DataGrid.Silo;
using DataGrid.Silo.Cluster;

namespace DataGrid.Grains.Tests.Clusters;

/// <summary>Three silos of Orleans in this process, with their metadata in PostgreSQL. Calls between them cross sockets and Orleans' serializer.</summary>
[Collection(PostgresCollection.Name)]
public sealed class OrleansClusterTests(PostgresServer server) : IAsyncLifetime
{
    private const string States = "SELECT string_agg(silo || ' ' || status, ', ' ORDER BY silo) FROM datagrid.silos WHERE status <> 'dead'";

    private readonly TestProject _project = new TestProject()
        .Write("datagrid.yaml", "pipeline: shop\nsources:\n  raw.orders:\n    files: data/orders-*.csv\n")
        .Write("data/orders-1.csv", "id,sku,amount\n1,a,10\n2,b,20\n3,a,-5\n")
        .Write("models/silver/orders.sql", "/* datagrid\nexpect:\n  - { name: positive, that: \"amount > 0\", otherwise: quarantine }\n*/\nselect id, sku, amount from raw.orders\n")
        .Write("models/gold/by_sku.sql", "select sku, sum(amount)::bigint as total from silver.orders group by sku\n")
        .Write("models/gold/counts.sql", "select count(*) as n from silver.orders\n");

    private readonly List<ClusterSilo> _silos = [];
    private PostgresOptions _metadata = null!;

    public async Task InitializeAsync()
    {
        _metadata = await server.CreateAsync();
        for (var i = 1; i <= 3; i++)
            _silos.Add(await StartAsync(i));
    }

    public async Task DisposeAsync()
    {
        foreach (var silo in _silos)
            await silo.DisposeAsync();
        _project.Dispose();
    }

    [Fact]
    public async Task Every_silo_can_start_runs_and_tell_of_those_of_others()
    {
        Assert.Equal("silo-1 active, silo-2 active, silo-3 active", await PostgresServer.ExecuteAsync(_metadata.Connection, States));
        for (var i = 0; i < 6; i++)
        {
            var run = await RunAsync(_silos[i % 3], _silos[(i + 1) % 3]);
            Assert.Equal((RunStatus.Succeeded, null), (run.Status, run.Problem));
        }

        Assert.Equal(["a|10", "b|20"], await _project.QueryAsync("select * from gold.by_sku order by sku"));
        Assert.Equal(5, await _project.VersionAsync("gold.by_sku"));
        Assert.Empty(await _project.LeftoversAsync());
    }

    [Fact]
    public async Task Runs_go_on_when_silos_leave_and_come()
    {
        await RunAsync(_silos[0], _silos[2]);
        await _silos[0].DisposeAsync();
        _silos.RemoveAt(0);
        Assert.Equal("silo-2 active, silo-3 active", await PostgresServer.ExecuteAsync(_metadata.Connection, States));
        Assert.Equal(RunStatus.Succeeded, (await RunAsync(_silos[0], _silos[1])).Status);
        _silos.Add(await StartAsync(4));
        Assert.Equal(RunStatus.Succeeded, (await RunAsync(_silos[2], _silos[0])).Status);
        Assert.Equal(2, await _project.VersionAsync("gold.counts"));
    }

    private Task<ClusterSilo> StartAsync(int number) => ClusterSilo.StartAsync(
        _project.Options with { Cluster = new SiloClusterOptions { SiloName = $"silo-{number}", Metadata = _metadata } }, CancellationToken.None);

    private async Task<RunRecord> RunAsync(ClusterSilo starter, ClusterSilo watcher)
    {
        var spec = await _project.CompileAsync();
        var submitted = await starter.SubmitAsync(spec, new RunRequest { Fingerprint = spec.Fingerprint, ProjectDirectory = _project.Folder });
        var run = submitted.Run ?? throw new InvalidOperationException(submitted.Problems[0].Message);
        await foreach (var page in watcher.WatchAsync(run, CancellationToken.None))
        {
            if (page.IsComplete)
                break;
        }

        return await watcher.GetRunAsync(run) ?? throw new InvalidOperationException($"run {run} is not known");
    }
}
#endif
