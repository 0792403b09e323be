using DataGrid.ClusterTests.Support;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Runs;
using DataGrid.Grains.Tests.Metadata.Postgres;
using DataGrid.Storage;
using Xunit.Abstractions;

namespace DataGrid.ClusterTests.Faults;

/// <summary>A silo stands still until the others have declared it dead and done its work, and goes on in the middle of what it was doing.</summary>
[Collection(ZombiesCollection.Name)]
public sealed class ZombieTests(PostgresServer server, ITestOutputHelper output)
{
    private static readonly string[] Places = [Failpoints.CommitBeforePut, RunFailpoints.BeforePlan, RunFailpoints.ResultAccepted, RunFailpoints.PlanPut];

    [Fact]
    public async Task Stopped_in_the_middle_it_wakes_to_find_that_others_went_on_changes_nothing_and_ends_itself()
    {
        await using var bed = await ClusterBed.StartAsync(server, "one", "two");
        Assert.Null((await bed.RunAsync()).Problem);
        foreach (var place in Places)
        {
            bed.Bakery.AddBatch();
            bed.Arm(place, "stop");
            var run = await bed.SubmitAsync();
            var zombie = await bed.ReachedAsync(place);
            await bed.MembersBecomeAsync(members => !members.Contains(zombie.Name, StringComparison.Ordinal));

            var ended = await bed.EndOfAsync(run);
            output.WriteLine($"{place} on {zombie.Name}: {ended.Status} {ended.Problem?.Message}");
            Assert.True(ended.Status == RunStatus.Succeeded, $"{place}: {ended.Status} {ended.Problem?.Message}\n{bed.Logs()}");
            bed.Bakery.AddBatch();
            Assert.Null((await bed.RunAsync()).Problem);
            await zombie.SignalAsync("CONT");
            await zombie.SaysAsync("dead");
            Assert.Equal(3, await zombie.EndsAsync());
            var findings = await bed.CheckFilesAsync();
            Assert.True(findings.Count == 0, $"{place} on {zombie.Name}: {string.Join("; ", findings)}\n{bed.Logs()}");
            await bed.AddAsync(zombie.Name);
        }

        Assert.Null((await bed.RunAsync()).Problem);
        Assert.Empty(await bed.CheckAsync());
    }
}
