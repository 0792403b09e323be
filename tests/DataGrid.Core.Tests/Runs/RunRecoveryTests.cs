using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;

namespace DataGrid.Core.Tests.Runs;

public sealed class RunRecoveryTests
{
    [Theory]
    // Past the point of no return there is one way, whoever asks.
    [InlineData(1, 1, true, RecoveryDecision.Publish)]
    [InlineData(1, 1, false, RecoveryDecision.Publish)]
    [InlineData(1, null, false, RecoveryDecision.Publish)]
    [InlineData(3, 3, true, RecoveryDecision.Publish)]
    // A plan that met a conflict before its first commit is void.
    [InlineData(1, 2, true, RecoveryDecision.Continue)]
    [InlineData(1, 2, false, RecoveryDecision.GiveUp)]
    [InlineData(null, 1, true, RecoveryDecision.Continue)]
    [InlineData(null, 1, false, RecoveryDecision.GiveUp)]
    [InlineData(null, null, true, RecoveryDecision.Begin)]
    [InlineData(null, null, false, RecoveryDecision.GiveUp)]
    public void What_becomes_of_a_run_follows_from_what_is_durable_of_it(int? plan, int? pins, bool canGoOn, RecoveryDecision expected) =>
        Assert.Equal(expected, RunRecovery.Decide(new RecoveryFacts(plan, pins, canGoOn)));
}

public sealed class OfferRepairTests
{
    [Fact]
    public void A_stage_offers_again_what_has_no_result_and_neither_waits_nor_runs_nor_pauses() =>
        Assert.Equal([1, 4], OfferRepair.Missing(6, static task => task is 0, static task => task is 2, Known(true, 3, 5)).ToArray());

    [Fact]
    public void A_dispatcher_that_has_just_begun_may_not_have_heard_of_an_attempt_yet() =>
        Assert.Empty(OfferRepair.Missing(6, static _ => false, static _ => false, Known(false)));

    private static DispatchKnowledge Known(bool isSettled, params int[] tasks) => new() { IsSettled = isSettled, Tasks = [.. tasks] };
}
