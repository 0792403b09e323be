using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;

namespace DataGrid.Core.Runs;

/// <summary>A step as the decision sees it.</summary>
/// <param name="Name">The step.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="DependsOn">Selected steps of the same run that it or its checks read.</param>
/// <param name="IsFree">Whether it takes no time: a view that nothing checks.</param>
public sealed record StepFacts(DatasetName Name, StepStatus Status, ImmutableArray<DatasetName> DependsOn, bool IsFree = false);

/// <summary>A run as the decision sees it.</summary>
/// <param name="Status">Where it stands.</param>
/// <param name="CancelRequested">Whether somebody asked for a cancel.</param>
/// <param name="Steps">The selected steps in graph order.</param>
public sealed record RunFacts(RunStatus Status, bool CancelRequested, ImmutableArray<StepFacts> Steps);

/// <summary>What a run does next.</summary>
public abstract record RunDecision
{
    private RunDecision()
    {
    }

    /// <summary>All that the step reads is staged: make it.</summary>
    public sealed record StartStep(DatasetName Step) : RunDecision;

    /// <summary>The step will not be made in this run.</summary>
    public sealed record SkipStep(DatasetName Step) : RunDecision;

    /// <summary>Stop the attempts of a running step.</summary>
    public sealed record StopStep(DatasetName Step) : RunDecision;

    /// <summary>Everything is staged and checked: make the publish plan durable.</summary>
    public sealed record Publish : RunDecision;

    /// <summary>The run is over.</summary>
    public sealed record End(RunStatus Status) : RunDecision;
}

/// <summary>What a run does next, from what is known: a plain function, so that every path is a row of a test.</summary>
/// <remarks>A failed step lets the steps that run come to their end, so that one run tells
/// as many mistakes as it can, but starts none: nothing could be published.</remarks>
public static class RunDecisions
{
    /// <summary>Decides. Asking again without a change gives the same; nothing when the run waits for something.</summary>
    public static ImmutableArray<RunDecision> Next(RunFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return facts.Status switch
        {
            RunStatus.Running when facts.CancelRequested => Stop(facts, RunStatus.Cancelled, stopRunning: true),
            RunStatus.Running when facts.Steps.Any(static step => step.Status == StepStatus.Failed) => Stop(facts, RunStatus.Failed, stopRunning: false),
            RunStatus.Running => GoOn(facts),
            _ => [],
        };
    }

    private static ImmutableArray<RunDecision> GoOn(RunFacts facts)
    {
        if (facts.Steps.All(static step => step.Status == StepStatus.Staged)) return [new RunDecision.Publish()];
        var staged = facts.Steps.Where(static step => step.Status == StepStatus.Staged).Select(static step => step.Name).ToHashSet();
        // Where more can start than there is room for, what most others wait for one after another goes first: the run ends when its longest chain does.
        var behind = StepsBehind(facts.Steps);
        return
        [
            .. facts.Steps
                .Where(step => step.Status == StepStatus.Waiting && step.DependsOn.All(staged.Contains))
                .OrderByDescending(step => behind[step.Name])
                .Select(static step => new RunDecision.StartStep(step.Name)),
        ];
    }

    /// <summary>For each step, how many others the longest chain of readers behind it has; those that take no time do not count.</summary>
    private static Dictionary<DatasetName, int> StepsBehind(ImmutableArray<StepFacts> steps)
    {
        var behind = steps.ToDictionary(static step => step.Name, static _ => 0);
        foreach (var step in steps.Reverse())
        {
            var withIt = behind[step.Name] + (step.IsFree ? 0 : 1);
            foreach (var read in step.DependsOn)
                if (behind.TryGetValue(read, out var known) && known < withIt) behind[read] = withIt;
        }
        return behind;
    }

    private static ImmutableArray<RunDecision> Stop(RunFacts facts, RunStatus end, bool stopRunning)
    {
        var decisions = ImmutableArray.CreateBuilder<RunDecision>();
        foreach (var step in facts.Steps)
        {
            if (step.Status == StepStatus.Waiting) decisions.Add(new RunDecision.SkipStep(step.Name));
            if (step.Status == StepStatus.Running && stopRunning) decisions.Add(new RunDecision.StopStep(step.Name));
        }
        if (facts.Steps.All(static step => step.Status != StepStatus.Running)) decisions.Add(new RunDecision.End(end));
        return decisions.ToImmutable();
    }
}
