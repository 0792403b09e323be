using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;

namespace DataGrid.Core.Tests.Runs;

public sealed class RunDecisionsTests
{
    private static readonly DatasetName A = DatasetName.Parse("s.a");
    private static readonly DatasetName B = DatasetName.Parse("s.b");
    private static readonly DatasetName C = DatasetName.Parse("s.c");

    [Fact]
    public void Steps_start_when_all_that_they_read_is_staged() =>
        Assert.Equal([new RunDecision.StartStep(B)], Next(false, (A, StepStatus.Staged), (B, StepStatus.Waiting), (C, StepStatus.Waiting)));

    [Fact]
    public void Steps_without_inputs_of_the_run_start_at_once() =>
        Assert.Equal([new RunDecision.StartStep(A)], Next(false, (A, StepStatus.Waiting), (B, StepStatus.Waiting), (C, StepStatus.Waiting)));

    [Fact]
    public void What_the_longest_chain_of_readers_waits_for_starts_first()
    {
        DatasetName[] names = [.. "abcdef".Select(static letter => DatasetName.Parse($"s.{letter}"))];
        StepFacts Step(int index, bool isFree, params int[] reads) => new(names[index], StepStatus.Waiting, [.. reads.Select(read => names[read])], isFree);
        // a has nobody behind it, b a view that takes no time, c two steps one after the other.
        var facts = new RunFacts(RunStatus.Running, false, [Step(0, false), Step(1, false), Step(2, false), Step(3, true, 1), Step(4, false, 2), Step(5, false, 4)]);
        Assert.Equal<RunDecision[]>([new RunDecision.StartStep(names[2]), new RunDecision.StartStep(names[0]), new RunDecision.StartStep(names[1])], [.. RunDecisions.Next(facts)]);
    }

    [Fact]
    public void Nothing_is_decided_while_the_run_waits_for_a_step() =>
        Assert.Empty(Next(false, (A, StepStatus.Running), (B, StepStatus.Waiting), (C, StepStatus.Waiting)));

    [Fact]
    public void Everything_staged_is_published() =>
        Assert.Equal([new RunDecision.Publish()], Next(false, (A, StepStatus.Staged), (B, StepStatus.Staged), (C, StepStatus.Staged)));

    [Fact]
    public void A_failure_starts_nothing_more_and_waits_for_what_runs() =>
        Assert.Equal([new RunDecision.SkipStep(C)], Next(false, (A, StepStatus.Failed), (B, StepStatus.Running), (C, StepStatus.Waiting)));

    [Fact]
    public void A_failure_ends_the_run_when_nothing_runs() =>
        Assert.Equal(
            [new RunDecision.SkipStep(C), new RunDecision.End(RunStatus.Failed)],
            Next(false, (A, StepStatus.Failed), (B, StepStatus.Staged), (C, StepStatus.Waiting)));

    [Fact]
    public void A_cancel_stops_what_runs() =>
        Assert.Equal(
            [new RunDecision.StopStep(B), new RunDecision.SkipStep(C)],
            Next(true, (A, StepStatus.Staged), (B, StepStatus.Running), (C, StepStatus.Waiting)));

    [Fact]
    public void A_cancel_after_the_last_step_still_publishes_nothing() =>
        Assert.Equal([new RunDecision.End(RunStatus.Cancelled)], Next(true, (A, StepStatus.Staged), (B, StepStatus.Staged), (C, StepStatus.Staged)));

    [Theory]
    [InlineData(RunStatus.Publishing)]
    [InlineData(RunStatus.Succeeded)]
    [InlineData(RunStatus.Failed)]
    [InlineData(RunStatus.Queued)]
    public void Only_a_running_run_decides(RunStatus status) =>
        Assert.Empty(RunDecisions.Next(new RunFacts(status, true, [new StepFacts(A, StepStatus.Waiting, [])])));

    [Fact]
    public void No_path_of_decisions_makes_an_illegal_move()
    {
        // Every combination of statuses of three steps in a chain, with and without a cancel.
        foreach (var statuses in Combinations())
            foreach (var cancel in new[] { false, true })
                foreach (var decision in Next(cancel, (A, statuses[0]), (B, statuses[1]), (C, statuses[2])))
                    AssertLegal(decision, new Dictionary<DatasetName, StepStatus> { [A] = statuses[0], [B] = statuses[1], [C] = statuses[2] });
    }

    private static void AssertLegal(RunDecision decision, Dictionary<DatasetName, StepStatus> statuses)
    {
        switch (decision)
        {
            case RunDecision.StartStep start:
                Assert.True(RunTransitions.IsLegal(statuses[start.Step], StepStatus.Running));
                break;
            case RunDecision.SkipStep skip:
                Assert.True(RunTransitions.IsLegal(statuses[skip.Step], StepStatus.Skipped));
                break;
            case RunDecision.StopStep stop:
                Assert.Equal(StepStatus.Running, statuses[stop.Step]);
                break;
            case RunDecision.End end:
                Assert.True(RunTransitions.IsLegal(RunStatus.Running, end.Status));
                Assert.DoesNotContain(StepStatus.Running, statuses.Values);
                break;
        }
    }

    private static IEnumerable<StepStatus[]> Combinations()
    {
        var all = Enum.GetValues<StepStatus>();
        return from a in all from b in all from c in all select new[] { a, b, c };
    }

    private static RunDecision[] Next(bool cancel, params (DatasetName Name, StepStatus Status)[] steps) =>
    [
        .. RunDecisions.Next(new RunFacts(
            RunStatus.Running, cancel, [.. steps.Select((step, index) => new StepFacts(step.Name, step.Status, index == 0 ? [] : [steps[index - 1].Name]))])),
    ];
}
