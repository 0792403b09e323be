using DataGrid.Contracts;
using DataGrid.Contracts.Runs;

namespace DataGrid.Grains.Runs;

/// <summary>Before it starts: a run that waits can be seen, followed and cancelled as any other.</summary>
public sealed partial class RunGrain
{
    /// <inheritdoc/>
    public Task Queue(PipelineId pipeline, RunRequest request, RunId ahead) => _story is null ? WaitAsync(pipeline, request, ahead) : Task.CompletedTask;

    private async Task WaitAsync(PipelineId pipeline, RunRequest request, RunId ahead)
    {
        var story = _story = NewStory(pipeline, request);
        story.Wait(ahead);
        try
        {
            await story.SaveAsync();
            await story.TellAsync(RunEventKind.RunQueued, $"run {Run} of {pipeline} waits for run {ahead}");
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            await FailAsync(story, fault);
        }
    }

    /// <summary>Ends a run that was cancelled while it waited.</summary>
    private async Task<bool> EndIfCancelledAsync(RunStory story)
    {
        if (story.Record.Status != RunStatus.Queued || _cancelReason is not { } reason) return false;
        await EndAsync(story, RunStatus.Cancelled, reason, RunRecords.CancelledProblem(reason));
        return true;
    }
}
