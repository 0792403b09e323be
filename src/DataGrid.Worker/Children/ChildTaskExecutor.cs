using System.Globalization;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Telemetry;
using DataGrid.Core.Runs;
using Microsoft.Extensions.Logging;

namespace DataGrid.Worker.Children;

/// <summary>Runs tasks in child processes: what a query does to its process, it does to that task alone. Whatever happens becomes a result.</summary>
/// <param name="pool">Where children come from.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
public sealed partial class ChildTaskExecutor(ChildPool pool, TimeProvider time, ILogger<ChildTaskExecutor> logger) : ITaskExecutor
{
    /// <inheritdoc/>
    public async Task<TaskResult> ExecuteAsync(TaskSpec task, IProgress<TaskProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(progress);
        var start = time.GetTimestamp();
        var result = await RunAsync(task, progress, cancellationToken);
        if (result.Outcome != TaskOutcome.Succeeded) Discard(task.StagingDirectory);
        return result with { Metrics = result.Metrics with { Elapsed = time.GetElapsedTime(start) } };
    }

    private async Task<TaskResult> RunAsync(TaskSpec task, IProgress<TaskProgress> progress, CancellationToken cancellationToken)
    {
        ChildProcess child;
        try
        {
            child = await pool.RentAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Ended(task, TaskOutcome.Cancelled, null);
        }
        catch (Exception fault) when (fault is InvalidDataException or System.Threading.Channels.ChannelClosedException)
        {
            NotStarted(fault);
            return Ended(task, TaskOutcome.Failed, NoChild(task, fault));
        }
        var run = await RunAsync(child, task, progress, cancellationToken);
        if (run is ChildRun.Died { End: var end })
        {
            ChildDied(child.Id, task.Task, end);
            Measures.ChildrenLost.Add(1);
        }
        if (run is ChildRun.Finished { Used: { TraceParent: not null } used }) TaskMeasures.Child(used, child.Id);
        if (run is ChildRun.Finished && !child.HasExited) pool.Return(child);
        else pool.Discard(child, hasCrashed: run is ChildRun.Died);
        return run switch
        {
            ChildRun.Finished finished => WithUsed(finished),
            ChildRun.Stopped => Ended(task, TaskOutcome.Cancelled, null),
            ChildRun.TimedOut => Ended(task, TaskOutcome.Failed, TooLong(task)),
            ChildRun.Died died => Ended(task, TaskOutcome.Failed, ChildEnds.Explain(task.Step, died.End)),
            _ => throw new InvalidOperationException($"unknown end {run}"),
        };
    }

    private async Task<ChildRun> RunAsync(ChildProcess child, TaskSpec task, IProgress<TaskProgress> progress, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(task.StagingDirectory);
            Ownership.Give(task.StagingDirectory, pool.Options);
            return await child.RunAsync(task, progress, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            var code = fault is UnauthorizedAccessException ? ErrorCodes.PermissionDenied : ErrorCodes.StoreUnavailable;
            return new ChildRun.Finished(
                Ended(task, TaskOutcome.Failed, new Problem { Code = code, Message = fault.Message.TrimEnd('.'), Help = "look at the disk and the folder that the message names", Dataset = task.Step.Name.ToString() }),
                new ChildState());
        }
    }

    /// <summary>The engine's own words for too little memory do not say how much the process had.</summary>
    private static TaskResult WithUsed(ChildRun.Finished finished) => finished.Result is { Problem: { Code: ErrorCodes.OutOfMemory } problem } result
        ? result with { Problem = problem with { Message = problem.Message + ChildEnds.Used(finished.Used.PeakBytes, finished.Used.LimitBytes) } }
        : finished.Result;

    private static Problem TooLong(TaskSpec task) => new()
    {
        Code = ErrorCodes.TaskTimeout,
        Message = string.Create(CultureInfo.InvariantCulture, $"{task.Step.Name} took longer than its limit of {task.Step.Timeout} and did not stop when it was told to; its process was ended"),
        Help = "raise the timeout of the model or of defaults in datagrid.yaml, or give the task more threads",
        Dataset = task.Step.Name.ToString(),
        Position = new SourcePosition { File = task.Step.File },
    };

    private static Problem NoChild(TaskSpec task, Exception fault) => new()
    {
        Code = ErrorCodes.WorkerCrashed,
        Message = $"no process could be started for {task.Step.Name}: {fault.Message}",
        Help = "look at the log of the silo; the task is tried again",
        Dataset = task.Step.Name.ToString(),
    };

    private static TaskResult Ended(TaskSpec task, TaskOutcome outcome, Problem? problem) =>
        new() { Task = task.Task, Attempt = task.Attempt, Outcome = outcome, Problem = problem };

    /// <summary>Nothing of an attempt that did not succeed is of use, and a child that was killed could not remove it.</summary>
    private static void Discard(string stagingDirectory)
    {
        try
        {
            Directory.Delete(stagingDirectory, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Gone already, or swept with the run.
        }
    }

    [LoggerMessage(EventId = 7011, Level = LogLevel.Warning, Message = "Child process {Process} ended while it ran task {Task}: {End}")]
    private partial void ChildDied(int process, TaskId task, ChildEnd end);

    [LoggerMessage(EventId = 7012, Level = LogLevel.Error, Message = "A child process could not be started")]
    private partial void NotStarted(Exception fault);
}
