using DataGrid.Engine.Projects.Sources;

namespace DataGrid.Engine.Tests.Projects;

public sealed class CsvHeaderTests
{
    [Theory]
    [InlineData("a,b,c", ",")]
    [InlineData("a;b;c", ";")]
    [InlineData("a\tb", "\t")]
    [InlineData("a|b", "|")]
    [InlineData("one", ",")]
    [InlineData("\"a,b,c\";d", ";")]
    [InlineData("a;b,c;d", ";")]
    public void The_delimiter_is_what_stands_between_names(string line, string delimiter) => Assert.Equal(delimiter, CsvHeader.Delimiter(line, '"'));

    [Theory]
    [InlineData("a,b", ",", "a|b")]
    [InlineData("\"a,b\",c", ",", "a,b|c")]
    [InlineData("\"a \"\"b\"\"\",", ",", "a \"b\"|")]
    [InlineData("a::b", "::", "a|b")]
    [InlineData("", ",", "")]
    [InlineData("\"a\"x,b", ",", "ax|b")]
    public void Fields_are_split_and_unquoted(string line, string delimiter, string fields) => Assert.Equal(fields, string.Join('|', CsvHeader.Split(line, delimiter, '"')!.Value));

    [Fact]
    public void A_quote_that_is_not_closed_has_no_fields() => Assert.Null(CsvHeader.Split("a,\"b", ",", '"'));
}
