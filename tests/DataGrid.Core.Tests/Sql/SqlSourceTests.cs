using DataGrid.Core.Sql;

namespace DataGrid.Core.Tests.Sql;

public sealed class SqlSourceTests
{
    private const string Text = "/* é 😀 */\r\nSELECT a,\n  b";

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 3)]
    [InlineData(4, 3)] // inside é
    [InlineData(5, 4)]
    [InlineData(6, 5)]
    [InlineData(8, 5)] // inside the emoji
    [InlineData(10, 7)]
    [InlineData(1000, 25)]
    public void A_byte_offset_becomes_an_index_of_the_text(long bytes, int index) => Assert.Equal(index, new SqlSource(Text).IndexOfByte(bytes));

    [Theory]
    [InlineData(3, 3)]
    [InlineData(5, 5)]
    [InlineData(6, 7)] // behind the emoji, two units
    [InlineData(1000, 25)]
    public void A_code_point_offset_becomes_an_index_of_the_text(long codePoints, int index) => Assert.Equal(index, new SqlSource(Text).IndexOfCodePoint(codePoints));

    [Fact]
    public void Both_offsets_of_every_character_agree_with_the_text()
    {
        var source = new SqlSource(Text);
        int bytes = 0, codePoints = 0, index = 0;
        foreach (var rune in Text.EnumerateRunes())
        {
            Assert.Equal(index, source.IndexOfByte(bytes));
            Assert.Equal(index, source.IndexOfCodePoint(codePoints));
            bytes += rune.Utf8SequenceLength;
            codePoints++;
            index += rune.Utf16SequenceLength;
        }
    }

    [Fact]
    public void A_place_is_a_line_and_a_column_from_one()
    {
        var source = new SqlSource(Text, "models/x.sql");
        Assert.Equal(new SqlPosition(2, 8), source.PositionOf(Text.IndexOf("a,", StringComparison.Ordinal)));
        Assert.Equal(new SqlPosition(3, 3), source.PositionOf(Text.IndexOf('b', StringComparison.Ordinal)));
        Assert.Equal("models/x.sql:3:3", source.InFile(Text.IndexOf('b', StringComparison.Ordinal)).ToString());
        Assert.Equal("SELECT a,", source.Excerpt(Text.IndexOf("a,", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_text_inside_a_file_shifts_the_column_of_its_first_line_only()
    {
        var source = new SqlSource("a\nb", "datagrid.yaml", 7, 20);
        Assert.Equal("datagrid.yaml:7:20", source.InFile(0).ToString());
        Assert.Equal("datagrid.yaml:8:1", source.InFile(2).ToString());
        Assert.Equal("datagrid.yaml:7", source.InFile(null).ToString());
    }

    [Fact]
    public void A_lone_surrogate_counts_as_the_replacement_character_that_the_engine_sees()
    {
        var source = new SqlSource("\ud800x");
        Assert.Equal(1, source.IndexOfByte(3));
        Assert.Equal(1, source.IndexOfCodePoint(1));
    }
}
