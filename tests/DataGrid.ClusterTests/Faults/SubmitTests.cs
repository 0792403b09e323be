using DataGrid.ClusterTests.Support;
using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Tests.Metadata.Postgres;
using DataGrid.Silo.Owner;

namespace DataGrid.ClusterTests.Faults;

/// <summary>Many submits at once, and one submit that several silos hear of.</summary>
[Collection(PostgresCollection.Name)]
public sealed class SubmitTests(PostgresServer server)
{
    [Fact]
    public async Task Submits_at_the_same_time_each_get_a_version_of_their_own_and_the_same_one_twice_is_one_run()
    {
        await using var bed = await ClusterBed.StartAsync(server, "one", "two");
        var spec = await bed.Bakery.Project.CompileAsync();
        var request = new RunRequest { Fingerprint = spec.Fingerprint, ProjectDirectory = bed.Bakery.Project.Folder };
        var same = RunId.Create(TimeProvider.System.GetUtcNow(), 0x5a5a5a5a);

        var submitted = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(async () =>
            await new RemoteSilos(bed.Root, new OwnerClientOptions(), TimeProvider.System).SubmitAsync(spec, number < 4 ? request with { Run = same } : request))));

        Assert.All(submitted, static outcome => Assert.True(outcome.Run is not null, outcome.Problems.FirstOrDefault()?.Message));
        var runs = submitted.Select(static outcome => outcome.Run!.Value).Distinct().ToArray();
        Assert.Equal(5, runs.Length);
        var ended = new List<RunRecord>();
        foreach (var run in runs) ended.Add(await bed.EndOfAsync(run));
        Assert.All(ended, static record => Assert.Equal((RunStatus.Succeeded, null), (record.Status, record.Problem?.Message)));
        var versions = ended.Select(static record => record.Steps.Single(static step => step.Name.ToString() == "silver.daily").Version!.Value).Order();
        Assert.Equal([0L, 1, 2, 3, 4], versions);
        Assert.Equal(5, bed.RunsKept);
        Assert.Empty(await bed.CheckAsync());
    }
}
