using DataGrid.Contracts.Runs;
using DataGrid.Silo;

namespace DataGrid.Grains.Tests.Faults;

/// <summary>What killed processes and failed runs leave behind is gone soon, and nothing else.</summary>
public sealed class LeftoverTests : IDisposable
{
    private readonly Bakery _bakery = new(rowsPerBatch: 20);

    [Fact]
    public async Task Unfinished_files_of_a_killed_process_go_when_the_next_one_takes_the_root()
    {
        Assert.Null((await _bakery.Project.RunAsync()).Problem);
        string[] places = ["", "default/runs", "default/pipelines/bakery/specs", "default/tables/silver/sales", "default/tables/silver/sales/_delta_log", "default/tables/silver/sales/_datagrid"];
        var unfinished = places.Select(place => Plant(place, ".dgtmp-0123", TimeSpan.FromMinutes(-1))).ToArray();
        string[] others = [Plant("default/tables/silver/sales", "dgtmp-of-somebody-else", TimeSpan.FromMinutes(-1)), Plant("default/tables/silver/sales", ".dgtmp-of-the-future", TimeSpan.FromHours(1))];
        // An owner that was killed could not take this away.
        File.WriteAllText(Path.Combine(_bakery.Project.Root, "owner.json"), "{}");

        await (await _bakery.Project.StartAsync()).DisposeAsync();

        Assert.All(unfinished, static file => Assert.False(File.Exists(file), file));
        Assert.All(others, static file => Assert.True(File.Exists(file), file));
        foreach (var file in others) File.Delete(file);
        Assert.Empty(await _bakery.CheckAsync());
    }

    [Fact]
    public async Task A_run_that_failed_after_its_cursors_were_written_leaves_none()
    {
        FaultyStore? store = null;
        await using var silo = await EmbeddedSilo.StartAsync(_bakery.Project.Options with { Store = inner => store = new FaultyStore(inner) }, CancellationToken.None);
        Assert.Null((await _bakery.Project.RunAsync(silo)).Problem);
        var kept = Cursors();
        Assert.NotEmpty(kept);
        _bakery.AddBatch();
        var isFull = true;
        store!.Before = (verb, at) => isFull && verb == "create" && at.Contains("/publish-1", StringComparison.Ordinal) ? FaultyStore.NoSpace(at) : null;

        Assert.Equal(RunStatus.Failed, (await _bakery.Project.RunAsync(silo)).Status);

        Assert.Equal(kept, Cursors());
        isFull = false;
        Assert.Null((await _bakery.Project.RunAsync(silo)).Problem);
        Assert.Empty(await _bakery.CheckAsync());
    }

    [Fact]
    public async Task A_run_that_was_killed_after_its_cursors_were_written_leaves_none()
    {
        Assert.Null((await _bakery.Project.RunAsync()).Problem);
        var kept = Cursors();
        _bakery.AddBatch();
        using (var host = RunHost.Start(_bakery.Project.Folder, Grains.Runs.RunFailpoints.BeforePlan))
        {
            Assert.True(await host.IsStartedAsync());
            Assert.True((await host.EndAsync()).WasKilled);
        }
        Assert.NotEqual(kept, Cursors());

        await (await _bakery.Project.StartAsync()).DisposeAsync();

        Assert.Equal(kept, Cursors());
    }

    public void Dispose() => _bakery.Dispose();

    private string[] Cursors() =>
        [.. Directory.EnumerateFiles(Path.Combine(_bakery.Project.Root, "default", "tables"), "cursor-*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private string Plant(string place, string name, TimeSpan age)
    {
        var file = Path.Combine(_bakery.Project.Root, place, name);
        File.WriteAllText(file, "half of it");
        File.SetLastWriteTimeUtc(file, TimeProvider.System.GetUtcNow().UtcDateTime + age);
        return file;
    }
}
