using DataGrid.Contracts.Runs;

namespace DataGrid.Core.Runs;

/// <summary>The legal moves of a run and of its steps. Everything that is not listed is a broken invariant.</summary>
public static class RunTransitions
{
    private static readonly (RunStatus From, RunStatus To)[] Runs =
    [
        (RunStatus.Queued, RunStatus.Running),
        // What was asked for could not even be written down.
        (RunStatus.Queued, RunStatus.Failed),
        (RunStatus.Queued, RunStatus.Cancelled),
        (RunStatus.Queued, RunStatus.Abandoned),
        (RunStatus.Running, RunStatus.Publishing),
        (RunStatus.Running, RunStatus.Failed),
        (RunStatus.Running, RunStatus.Cancelled),
        (RunStatus.Running, RunStatus.Abandoned),
        (RunStatus.Publishing, RunStatus.Succeeded),
        (RunStatus.Publishing, RunStatus.PartiallyPublished),
        // Nothing of the plan was carried out and its base is gone: the steps are made again, or the run gives up.
        (RunStatus.Publishing, RunStatus.Running),
        (RunStatus.Publishing, RunStatus.Failed),
    ];

    private static readonly (StepStatus From, StepStatus To)[] Steps =
    [
        (StepStatus.Waiting, StepStatus.Running),
        (StepStatus.Waiting, StepStatus.Staged),
        (StepStatus.Waiting, StepStatus.Failed),
        (StepStatus.Waiting, StepStatus.Skipped),
        (StepStatus.Running, StepStatus.Staged),
        (StepStatus.Running, StepStatus.Failed),
        (StepStatus.Running, StepStatus.Skipped),
        // A foreign write to its table, or to one that it reads.
        (StepStatus.Staged, StepStatus.Waiting),
        (StepStatus.Staged, StepStatus.Published),
        (StepStatus.Staged, StepStatus.Skipped),
    ];

    /// <summary>Whether a run may go from one status to the other. Staying is always allowed.</summary>
    public static bool IsLegal(RunStatus from, RunStatus to) => from == to || Array.IndexOf(Runs, (from, to)) >= 0;

    /// <summary>Whether a step may go from one status to the other. Staying is always allowed.</summary>
    public static bool IsLegal(StepStatus from, StepStatus to) => from == to || Array.IndexOf(Steps, (from, to)) >= 0;

    /// <summary>Checks a move of a run.</summary>
    /// <exception cref="InvalidOperationException">The move is not legal.</exception>
    public static RunStatus Move(RunStatus from, RunStatus to) =>
        IsLegal(from, to) ? to : throw new InvalidOperationException($"a run cannot go from {from} to {to}");

    /// <summary>Checks a move of a step.</summary>
    /// <exception cref="InvalidOperationException">The move is not legal.</exception>
    public static StepStatus Move(StepStatus from, StepStatus to) =>
        IsLegal(from, to) ? to : throw new InvalidOperationException($"a step cannot go from {from} to {to}");
}
