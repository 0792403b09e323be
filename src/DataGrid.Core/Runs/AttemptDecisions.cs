using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;

namespace DataGrid.Core.Runs;

/// <summary>What follows a failed attempt.</summary>
public abstract record AttemptDecision
{
    private AttemptDecision()
    {
    }

    /// <summary>Another attempt after a pause.</summary>
    public sealed record Retry(TimeSpan After, bool NeedsWholeWorker) : AttemptDecision;

    /// <summary>The step has failed.</summary>
    public sealed record GiveUp : AttemptDecision;
}

/// <summary>Decides whether a failed attempt is made again.</summary>
public static class AttemptDecisions
{
    /// <summary>The longest pause between attempts.</summary>
    public static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(5);

    /// <summary>Decides after a failure.</summary>
    /// <param name="step">The step's policy.</param>
    /// <param name="problem">Why the attempt failed.</param>
    /// <param name="attempts">Attempts made so far, from 1.</param>
    /// <param name="hadWholeWorker">Whether the attempt had all memory that a worker has.</param>
    public static AttemptDecision AfterFailure(StepSpec step, Problem problem, int attempts, bool hadWholeWorker)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(problem);
        return problem.Kind.Retry switch
        {
            // More of the same memory cannot help: out of memory is tried again once, with all that there is.
            RetryHint.RetryWithMoreMemory => hadWholeWorker ? new AttemptDecision.GiveUp() : new AttemptDecision.Retry(TimeSpan.Zero, NeedsWholeWorker: true),
            RetryHint.Retry when attempts <= step.Retries => new AttemptDecision.Retry(Backoff(step.Backoff, attempts), hadWholeWorker),
            _ => new AttemptDecision.GiveUp(),
        };
    }

    private static TimeSpan Backoff(TimeSpan first, int attempts)
    {
        var factor = Math.Pow(2, Math.Min(attempts - 1, 20));
        return first * factor < LongestBackoff ? first * factor : LongestBackoff;
    }
}
