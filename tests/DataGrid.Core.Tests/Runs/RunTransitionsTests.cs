using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;

namespace DataGrid.Core.Tests.Runs;

public sealed class RunTransitionsTests
{
    public static TheoryData<RunStatus, RunStatus> IllegalRuns => Pairs<RunStatus>(RunTransitions.IsLegal);

    public static TheoryData<StepStatus, StepStatus> IllegalSteps => Pairs<StepStatus>(RunTransitions.IsLegal);

    [Theory, MemberData(nameof(IllegalRuns))]
    public void An_illegal_move_of_a_run_throws(RunStatus from, RunStatus to) => Assert.Throws<InvalidOperationException>(() => RunTransitions.Move(from, to));

    [Theory, MemberData(nameof(IllegalSteps))]
    public void An_illegal_move_of_a_step_throws(StepStatus from, StepStatus to) => Assert.Throws<InvalidOperationException>(() => RunTransitions.Move(from, to));

    [Theory]
    [InlineData(RunStatus.Succeeded)]
    [InlineData(RunStatus.Failed)]
    [InlineData(RunStatus.Cancelled)]
    [InlineData(RunStatus.PartiallyPublished)]
    [InlineData(RunStatus.Abandoned)]
    public void What_is_over_stays_over(RunStatus end) =>
        Assert.All(Enum.GetValues<RunStatus>(), to => Assert.Equal(to == end, RunTransitions.IsLegal(end, to)));

    [Fact]
    public void After_the_point_of_no_return_nothing_can_be_cancelled_or_abandoned()
    {
        Assert.False(RunTransitions.IsLegal(RunStatus.Publishing, RunStatus.Cancelled));
        Assert.False(RunTransitions.IsLegal(RunStatus.Publishing, RunStatus.Abandoned));
    }

    private static TheoryData<T, T> Pairs<T>(Func<T, T, bool> isLegal) where T : struct, Enum
    {
        var data = new TheoryData<T, T>();
        foreach (var from in Enum.GetValues<T>())
            foreach (var to in Enum.GetValues<T>())
                if (!isLegal(from, to)) data.Add(from, to);
        return data;
    }
}
