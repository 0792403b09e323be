using DataGrid.Contracts.Errors;
using DataGrid.Core.Errors;

namespace DataGrid.Core.Tests.Errors;

public sealed class FaultProblemsTests
{
    private static readonly Problem Problem = new() { Code = ErrorCodes.UsageInvalid, Message = "The store is away", Help = "wait" };

    [Fact]
    public void The_problem_of_a_fault_survives_the_loss_of_its_type()
    {
        var thrown = new DataGridException(Problem).WithLuggage();
        var arrived = new InvalidOperationException(thrown.Message);
        foreach (var key in thrown.Data.Keys) arrived.Data[key] = thrown.Data[key];
        Assert.Equal(Problem, FaultProblems.From(arrived));
    }

    [Fact]
    public void A_fault_that_brings_nothing_is_internal() => Assert.Equal(ErrorCodes.Internal, FaultProblems.From(new InvalidOperationException("why")).Code);
}
