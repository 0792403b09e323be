using DataGrid.Core.Pipelines;

namespace DataGrid.Core.Tests.Pipelines;

public sealed class SourceTextTests
{
    private static readonly SourceText Source = new("a.sql", "first\r\n\tsecond\n\nlast");

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(5, 1, 6)]
    [InlineData(7, 2, 1)]
    [InlineData(8, 2, 2)]
    [InlineData(15, 3, 1)]
    [InlineData(16, 4, 1)]
    [InlineData(20, 4, 5)]
    public void An_offset_becomes_a_place_and_a_place_becomes_the_offset(int offset, int line, int column)
    {
        Assert.Equal(new Spot(line, column), Source.SpotAt(offset));
        Assert.Equal(offset, Source.OffsetOf(new Spot(line, column)));
    }

    [Theory]
    [InlineData(-5, 1, 1)]
    [InlineData(99, 4, 5)]
    public void Offsets_outside_the_text_are_moved_to_its_ends(int offset, int line, int column) => Assert.Equal(new Spot(line, column), Source.SpotAt(offset));

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(9, 1, 20)]
    [InlineData(1, 99, 6)]
    public void Places_outside_the_text_are_moved_into_it(int line, int column, int offset) => Assert.Equal(offset, Source.OffsetOf(new Spot(line, column)));

    [Fact]
    public void An_excerpt_is_the_line_without_its_end() => Assert.Equal("first", Source.Excerpt(new Spot(1, 2)));

    [Fact]
    public void An_empty_line_has_no_excerpt() => Assert.Null(Source.Excerpt(new Spot(3, 1)));

    [Fact]
    public void A_long_line_is_cut_and_a_place_behind_the_cut_has_no_excerpt()
    {
        var source = new SourceText("a.sql", new string('x', 500));
        Assert.Equal(201, source.Excerpt(new Spot(1, 10))!.Length);
        Assert.Null(source.Excerpt(new Spot(1, 300)));
    }
}
