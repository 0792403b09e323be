using System.Diagnostics;
using System.Globalization;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Silo;
using DataGrid.Worker;

namespace DataGrid.Grains.Tests.Faults;

/// <summary>Whole runs whose tasks have processes of their own, and what happens when those die. On Linux: it is <c>/proc</c> that tells which there are.</summary>
public sealed class ChildProcessTests : IDisposable
{
    private const string Slow = "select count(*) as n from range(3000000000) a(i), range(1000) b(j) where (i * j) % 7 = 3\n";

    private readonly TestProject _project = new TestProject()
        .Write("datagrid.yaml", "pipeline: shop\ndefaults:\n  retries: 2\n  backoff: 10ms\nsources:\n  raw.orders:\n    files: data/orders-*.csv\n")
        .Write("data/orders-1.csv", "id,sku,amount\n1,a,10\n2,b,20\n3,a,-5\n")
        .Write("models/silver/orders.sql", "/* datagrid\nexpect:\n  - { name: positive, that: \"amount > 0\", otherwise: quarantine }\n*/\nselect id, sku, amount from raw.orders\n")
        .Write("models/gold/by_sku.sql", "select sku, sum(amount)::bigint as total from silver.orders group by sku\n");

    private string Spill => Path.Combine(_project.Folder, "spill");

    private SiloOptions Options => _project.Options with
    {
        Engine = _project.Options.Engine with { TemporaryDirectory = Spill },
        Worker = new WorkerOptions { Isolation = TaskIsolation.ChildProcess },
    };

    [Fact]
    public async Task A_run_publishes_the_same_and_leaves_neither_process_nor_file()
    {
        await using (var silo = await EmbeddedSilo.StartAsync(Options, CancellationToken.None))
            Assert.Null((await _project.RunAsync(silo)).Problem);
        Assert.Equal(["a|10", "b|20"], await _project.QueryAsync("select * from gold.by_sku order by sku"));
        Assert.Equal(["3"], await _project.QueryAsync("select id from silver.orders__quarantine"));
        Assert.Empty(await _project.LeftoversAsync());
        Assert.Empty(Children());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Spill));
    }

    [Fact]
    public async Task A_step_that_takes_all_memory_fails_with_advice_and_the_silo_goes_on()
    {
        await using var silo = await EmbeddedSilo.StartAsync(Options, CancellationToken.None);
        _project.Write("models/gold/greedy.sql", "select max(x) as m from (select repeat(i::varchar, 2000000000) as x from range(7) r(i))\n");
        var run = await _project.RunAsync(silo);
        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal(ErrorCodes.OutOfMemory, run.Problem!.Code);
        Assert.Contains("MiB that it may have", run.Problem.Message, StringComparison.Ordinal);
        // Once with its slot, once with all that the worker has.
        Assert.Equal(2, run.Steps.Single(static step => step.Problem is not null).Attempts);
        File.Delete(Path.Combine(_project.Folder, "models/gold/greedy.sql"));
        Assert.Null((await _project.RunAsync(silo)).Problem);
    }

    [Fact]
    public async Task A_child_that_is_killed_costs_an_attempt_and_no_row()
    {
        await using var silo = await EmbeddedSilo.StartAsync(Options, CancellationToken.None);
        _project.Write("models/gold/long.sql", "select sum(i % 3)::bigint as n from range(400000000) a(i)\n");
        var killed = 0;
        var run = await _project.RunAsync(silo, progress: page =>
        {
            if (page.Progress.IsEmpty || killed++ > 0) return;
            foreach (var child in Children()) Process.GetProcessById(child).Kill();
        });
        Assert.Null(run.Problem);
        Assert.True(killed > 0 && run.Steps.Sum(static step => step.Attempts) > run.Steps.Length, "no child was killed while it ran a task");
        Assert.Equal(["a|10", "b|20"], await _project.QueryAsync("select * from gold.by_sku order by sku"));
        Assert.Empty(await _project.LeftoversAsync());
    }

    [Fact]
    public async Task A_silo_that_is_killed_takes_its_children_along()
    {
        _project.Write("models/gold/slow.sql", Slow);
        using var host = RunHost.Start(_project.Folder, "children");
        Assert.True(await host.IsStartedAsync(), "the host did not start");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Children().Length == 0) await Task.Delay(20, limit.Token);
        Assert.True(await host.KillAfterAsync(TimeSpan.Zero));
        while (Children().Length > 0) await Task.Delay(20, limit.Token);
        Assert.False(limit.IsCancellationRequested);
    }

    public void Dispose() => _project.Dispose();

    /// <summary>Processes that work in a folder of this test.</summary>
    private int[] Children() =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(static name => int.TryParse(name, out _))
            .Select(static name => int.Parse(name!, CultureInfo.InvariantCulture)).Where(id => WorksIn(id)?.StartsWith(Spill, StringComparison.Ordinal) == true),
    ];

    private static string? WorksIn(int process)
    {
        try
        {
            return File.ResolveLinkTarget(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/cwd"), returnFinalTarget: false)?.FullName;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
