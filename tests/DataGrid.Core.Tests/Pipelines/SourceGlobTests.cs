using DataGrid.Core.Pipelines;

namespace DataGrid.Core.Tests.Pipelines;

public sealed class SourceGlobTests
{
    [Theory]
    [InlineData("*.csv", "a.csv", true)]
    [InlineData("*.csv", ".csv", false)]
    [InlineData("*.csv", ".a.csv", false)]
    [InlineData(".*.csv", ".a.csv", true)]
    [InlineData("*.csv", "a.csv.gz", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "aXbYbZ", false)]
    [InlineData("*", "anything", true)]
    [InlineData("", "", true)]
    [InlineData("[a].csv", "[a].csv", true)]
    [InlineData("[a].csv", "a.csv", false)]
    [InlineData("A.csv", "a.csv", false)]
    public void A_segment_fits_names(string segment, string name, bool fits) => Assert.Equal(fits, SourceGlob.Fits(segment, name));

    [Fact]
    public void A_hostile_pattern_costs_no_more_than_its_length()
    {
        // Backtracking over every star would take longer than the universe has.
        Assert.False(SourceGlob.Fits(string.Concat(Enumerable.Repeat("a*", 2_000)) + "b", new string('a', 4_000)));
    }

    [Theory]
    [InlineData("data/{a,b}/*.csv", "data/a/*.csv data/b/*.csv")]
    [InlineData("{x,{y,z}}.csv", "x.csv y.csv z.csv")]
    [InlineData("plain.csv", "plain.csv")]
    [InlineData("{a}.csv", "a.csv")]
    public void Alternatives_become_patterns(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', SourceGlob.Parse(text)!.Value.Select(static glob => glob.Text).Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData("{a,b")]
    [InlineData("a}b")]
    [InlineData("{a,b,c,d,e,f,g,h,i,j,k}{a,b,c,d,e,f,g,h,i,j,k}")]
    public void Braces_that_do_not_match_or_multiply_are_refused(string text) => Assert.Null(SourceGlob.Parse(text));
}
