using DataGrid.Cli.Rendering;
using DataGrid.Contracts.Datasets;

namespace DataGrid.Tests.Cli.Rendering;

public sealed class TextTableTests
{
    [Fact]
    public void Numbers_stand_to_the_right_and_null_is_told_from_an_empty_text()
    {
        var table = TextTable.OfColumns([new ColumnSpec { Name = "name", Type = "VARCHAR" }, new ColumnSpec { Name = "n", Type = "DECIMAL(6,2)" }]);
        table.Add("ab", "1.20");
        table.Add("", "10.00");
        table.Add(null, null);

        Assert.Equal("name      n\nab     1.20\n      10.00\nNULL   NULL\n", Written(table));
    }

    [Fact]
    public void Wide_letters_keep_the_columns_aligned()
    {
        var table = new TextTable("A", "B");
        table.Add("日本", "x");
        table.Add("ab", "y");

        Assert.Equal("A     B\n日本  x\nab    y\n", Written(table));
    }

    [Fact]
    public void A_cell_cannot_break_its_line()
    {
        var table = new TextTable("A");
        table.Add("a\nb\tc\u001b[2J");

        Assert.Equal("A\na\\nb\\tc\\u001b[2J\n", Written(table));
    }

    [Fact]
    public void A_long_cell_is_cut()
    {
        var table = new TextTable("A");
        table.Add(new string('x', 500));

        Assert.Equal(new string('x', 59) + "…", Written(table).Split('\n')[1]);
    }

    private static string Written(TextTable table)
    {
        var output = new StringWriter();
        table.Write(output, hasColor: false);
        return output.ToString().ReplaceLineEndings("\n");
    }
}
