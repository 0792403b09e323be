using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Runs;

/// <summary>A run and its stages: they may be on other silos, those may die, and news gets lost with them.</summary>
public sealed partial class RunGrain
{
    /// <summary>Between two tries to publish lie at most so many checks.</summary>
    private const int MostPauses = 15;

    private IGrainTimer? _watch;
    private int _tries;
    private int _pauses;

    private async Task StartStageAsync(RunStory story, StageSpec stage, bool mayHaveBegun)
    {
        var name = stage.Tasks[0].Task.Stage;
        var parent = story.TraceParent(name);
        var spec = stage with { MayHaveBegun = mayHaveBegun, Tasks = parent is null ? stage.Tasks : [.. stage.Tasks.Select(task => task with { TraceParent = parent })] };
        await AskAsync(name, grain => grain.Start(spec));
    }

    private Task StopAsync(DatasetName step, RunWork work) => AskAsync(step, grain => grain.Cancel(work.GenerationOf(step)));

    /// <summary>Asks a stage for something that is asked again when its silo does not answer.</summary>
    private async Task AskAsync(DatasetName step, Func<IStageGrain, Task> ask)
    {
        try
        {
            await ask(Stage(step));
        }
        catch (Exception fault) when (services.Options.OutlivesSilos && fault is not OperationCanceledException)
        {
            Faults.StageNotReached(logger, Run, step, fault);
        }
    }

    /// <summary>From now on stages are asked where they stand.</summary>
    private void WatchStages() =>
        _watch ??= this.RegisterGrainTimer(_ => LookAfter(), new GrainTimerCreationOptions(services.Options.StageCheckEvery, services.Options.StageCheckEvery) { KeepAlive = true });

    private async Task LookAfter()
    {
        if (_end is { } end && _story is { IsOver: false } ending)
        {
            await EndAsync(ending, end);
            return;
        }
        if (_isStuck && --_pauses <= 0)
        {
            _pauses = Math.Min(++_tries, MostPauses);
            await Resume();
        }
        if (_story is not { IsOver: false, Record.Status: RunStatus.Running } story || _work is not { } work) return;
        foreach (var step in story.Record.Steps.Where(static step => step.Status == StepStatus.Running))
            await AskAsync(step.Name, grain => CheckAsync(grain, step.Name, story, work));
        // The run's own word to itself may have been lost too.
        await Advance();
    }

    private async Task CheckAsync(IStageGrain grain, DatasetName step, RunStory story, RunWork work)
    {
        var status = await grain.Check(work.GenerationOf(step));
        if (status.End is { } end) await StageEnded(end);
        else if (status.IsKnown || story.IsOver || !ReferenceEquals(_work, work)) return;
        // It began anew on another silo and knows nothing.
        else if (_cancelReason is not null || _fault is not null) await grain.Cancel(work.GenerationOf(step));
        else if (work.StartedAs(step) is { } stage) await StartStageAsync(story, stage, mayHaveBegun: true);
    }
}
