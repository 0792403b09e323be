using DataGrid.Cli;

namespace DataGrid.Tests.Cli;

public sealed class NearestTests
{
    [Theory]
    [InlineData("qurey", "query")]
    [InlineData("RUN", "run")]
    [InlineData("quer", "query")]
    [InlineData("vacum", "vacuum")]
    [InlineData("x", null)]
    [InlineData("", null)]
    [InlineData("something", null)]
    public void The_nearest_is_two_letters_away_at_most(string text, string? expected) => Assert.Equal(expected, Nearest.Of(text, ["query", "run", "vacuum"]));
}
