using System.Text;
using DataGrid.Core.Pipelines;

namespace DataGrid.Core.Tests.Pipelines;

public sealed class ModelColumnsTests
{
    [Theory]
    [InlineData("flights", true)]
    [InlineData("Größe", true)]
    [InlineData("a-b", true)]
    [InlineData("with space", false)]
    [InlineData("count_star()", false)]
    [InlineData("a,b", false)]
    [InlineData("a=b", false)]
    [InlineData("tab\there", false)]
    [InlineData("{a}", false)]
    public void Stored_columns_have_names_that_every_reader_takes(string name, bool good) => Assert.Equal(good, ModelColumns.NameProblem(name) is null);

    [Theory]
    [InlineData("Cost Total $", "cost_total")]
    [InlineData("sum(x)", "sum_x")]
    [InlineData("(1 + 2)", "value")]
    [InlineData("", "value")]
    public void A_better_name_is_suggested(string name, string suggestion)
    {
        Assert.Equal(suggestion, ModelColumns.Suggest(name));
        Assert.Null(ModelColumns.NameProblem(ModelColumns.Suggest(name)));
    }

    [Fact]
    public void Text_that_is_utf8_is_read_without_its_mark() => Assert.Equal("é\n", Utf8Text.Decode(Encoding.UTF8.GetBytes("\uFEFFé\n"), out _));

    [Fact]
    public void Text_that_is_not_utf8_has_a_first_wrong_line()
    {
        Assert.Null(Utf8Text.Decode([.. "a\nb\n"u8, 0xE9, .. "\nc"u8], out var line));
        Assert.Equal(3, line);
    }
}
