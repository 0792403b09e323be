using DataGrid.Contracts.Errors;

namespace DataGrid.Core.Tests.Contracts;

public sealed class ProblemTests
{
    [Theory]
    [InlineData(null, null, "models/a.sql")]
    [InlineData(7, null, "models/a.sql:7")]
    [InlineData(7, 12, "models/a.sql:7:12")]
    public void A_place_reads_as_terminals_make_it_a_link(int? line, int? column, string expected) =>
        Assert.Equal(expected, new SourcePosition { File = "models/a.sql", Line = line, Column = column }.ToString());

    [Fact]
    public void The_exception_says_what_its_problem_says()
    {
        var problem = new Problem { Code = ErrorCodes.Internal, Message = "the log has a hole at version 7" };

        Assert.Equal(problem.Message, new DataGridException(problem).Message);
    }
}
