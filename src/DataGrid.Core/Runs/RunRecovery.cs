namespace DataGrid.Core.Runs;

/// <summary>What is durable of a run that nobody drives.</summary>
/// <param name="Plan">The number of its newest publish plan; null when it has none.</param>
/// <param name="Pins">The number of its newest pins, from 1, raised with each restage; null when its inputs were never pinned durably.</param>
/// <param name="CanGoOn">Whether its project is there and whoever asks goes on with runs. A process of its own does not: its user is gone.</param>
public sealed record RecoveryFacts(int? Plan, int? Pins, bool CanGoOn);

/// <summary>What is done with a run that nobody drives.</summary>
public enum RecoveryDecision
{
    /// <summary>It is past its point of no return: its newest plan is carried out.</summary>
    Publish,
    /// <summary>Its inputs are pinned: steps whose results are durable are taken over, the others are made.</summary>
    Continue,
    /// <summary>It never came to pin its inputs, so no step of it counts: it begins.</summary>
    Begin,
    /// <summary>It ends, and nothing of it is published.</summary>
    GiveUp,
}

/// <summary>Decides what becomes of a run whose process or silo ended.</summary>
public static class RunRecovery
{
    /// <summary>Decides. Pins that are newer than the plan say that the plan met a conflict before its first commit: it is void, and the steps are made again.</summary>
    public static RecoveryDecision Decide(RecoveryFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.Plan is { } plan && plan >= (facts.Pins ?? 0)) return RecoveryDecision.Publish;
        if (!facts.CanGoOn) return RecoveryDecision.GiveUp;
        return facts.Pins is null ? RecoveryDecision.Begin : RecoveryDecision.Continue;
    }
}
