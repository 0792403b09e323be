using DataGrid.Core.Pipelines;

namespace DataGrid.Core.Tests.Pipelines;

public sealed class NearestNameTests
{
    private static readonly string[] Known = ["delay", "distance", "origin", "destination", "Relay"];

    [Theory]
    [InlineData("dely", "delay")]
    [InlineData("deley", "delay")]
    [InlineData("edlay", "delay")]
    [InlineData("DELAY", "delay")]
    [InlineData("destinaton", "destination")]
    [InlineData("rellay", "Relay")]
    public void A_slip_of_the_pen_finds_the_name(string written, string meant) => Assert.Equal(meant, NearestName.Find(written, Known));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("carrier")]
    public void Something_else_finds_nothing(string written) => Assert.Null(NearestName.Find(written, Known));

    [Fact]
    public void Equal_candidates_are_settled_by_the_alphabet() => Assert.Equal("aab", NearestName.Find("aa", ["aac", "aab"]));

    [Fact]
    public void Names_of_any_length_are_no_danger() => Assert.Null(NearestName.Find(new string('x', 100_000), [new string('x', 100_000)]));
}
