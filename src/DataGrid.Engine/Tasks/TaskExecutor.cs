using System.Globalization;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Engine.Sessions;

namespace DataGrid.Engine.Tasks;

/// <summary>Runs tasks on the engine of this process, each on a thread of its own. Whatever happens becomes a result.</summary>
/// <param name="pool">Where instances come from.</param>
/// <param name="time">The clock, for time limits, progress and durations.</param>
public sealed class TaskExecutor(InstancePool pool, TimeProvider time) : ITaskExecutor
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    public async Task<TaskResult> ExecuteAsync(TaskSpec task, IProgress<TaskProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(progress);
        var start = time.GetTimestamp();
        using var timeout = new CancellationTokenSource(task.Step.Timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var state = new AttemptProgress();
        TaskResult result;
        await using (time.CreateTimer(_ => progress.Report(state.Look()), null, ProgressInterval, ProgressInterval).ConfigureAwait(false))
        {
            // The engine blocks its thread for as long as the task takes.
            result = await Task.Factory.StartNew(() => Run(task, state, cancellationToken, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        return result with { Metrics = result.Metrics with { Elapsed = time.GetElapsedTime(start) } };
    }

    private TaskResult Run(TaskSpec task, AttemptProgress progress, CancellationToken caller, CancellationToken stop)
    {
        TaskResult result;
        try
        {
            result = new TaskAttempt(pool, task, progress, stop).Run();
        }
        catch (OperationCanceledException) when (caller.IsCancellationRequested)
        {
            result = Ended(task, TaskOutcome.Cancelled, null);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            result = Ended(task, TaskOutcome.Failed, new Problem
            {
                Code = ErrorCodes.TaskTimeout,
                Message = string.Create(CultureInfo.InvariantCulture, $"{task.Step.Name} took longer than its limit of {task.Step.Timeout}"),
                Help = "raise the timeout of the model or of defaults in datagrid.yaml, or give the task more threads",
                Dataset = task.Step.Name.ToString(),
                Position = new SourcePosition { File = task.Step.File },
            });
        }
#pragma warning disable CA1031 // A worker outlives every task: each failure becomes a result.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            result = Ended(task, TaskOutcome.Failed, Describe(task, failure));
        }
        if (result.Outcome != TaskOutcome.Succeeded)
            Discard(task.StagingDirectory);
        return result;
    }

    private static Problem Describe(TaskSpec task, Exception failure)
    {
        var tables = task.Inputs.Where(i => i.Form == TaskInputForm.Table).SelectMany(i => i.Files).Concat(task.Base?.Files ?? []).Select(f => f.Path);
        var problems = new Problems(
            task.Step.Name.ToString(), task.Step.File, [.. task.Inputs.SelectMany(i => i.Files), .. task.Base?.Files ?? []], tables.ToHashSet(StringComparer.Ordinal));
        return problems.Of(failure);
    }

    private static TaskResult Ended(TaskSpec task, TaskOutcome outcome, Problem? problem) =>
        new() { Task = task.Task, Attempt = task.Attempt, Outcome = outcome, Problem = problem };

    /// <summary>Nothing of an attempt that did not succeed is of use. What cannot be deleted now is swept with the run.</summary>
    private static void Discard(string stagingDirectory)
    {
        try
        {
            Directory.Delete(stagingDirectory, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
