using DataGrid.Contracts;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Pipelines;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Grains.Tests.Runs;

/// <summary>While a silo joins, a pipeline may be active twice for a moment, and the older activation writes after the newer one has read.</summary>
public sealed class StalePipelineTests : IDisposable
{
    private readonly TestProject _project = new TestProject().Write("datagrid.yaml", "pipeline: shop\n").Write("models/gold/quick.sql", "select 42 as answer\n");

    [Fact]
    public async Task A_run_that_another_activation_started_is_seen_and_started_by_the_next_look()
    {
        await using var silo = await _project.StartAsync();
        Assert.Equal(RunStatus.Succeeded, (await _project.RunAsync(silo)).Status);
        var key = GrainKeys.Pipeline(WorkspaceId.Default, PipelineId.Parse("shop"));
        var pipeline = silo.Service<IGrainFactory>().GetGrain<IPipelineGrain>(key);
        Assert.Null((await pipeline.Tend()).ActiveRun);

        var run = RunId.Create(DateTimeOffset.UnixEpoch, 7);
        var spec = await _project.CompileAsync();
        var state = new GrainState<PipelineState>();
        var storage = silo.Service<IGrainStorage>();
        await storage.ReadStateAsync("pipeline", GrainId.Create("pipeline", key), state);
        state.State!.Active = run;
        state.State.Started = new WaitingRun { Run = run, Request = new RunRequest { Fingerprint = spec.Fingerprint, ProjectDirectory = _project.Folder } };
        await storage.WriteStateAsync("pipeline", GrainId.Create("pipeline", key), state);

        Assert.Equal(run, (await pipeline.Tend()).ActiveRun);
        Assert.Equal(RunStatus.Succeeded, (await TestProject.EndOfAsync(silo, run)).Status);
    }

    public void Dispose() => _project.Dispose();
}
