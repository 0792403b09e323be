using DataGrid.Cli.Rendering;

namespace DataGrid.Tests.Cli.Rendering;

public sealed class HumaneTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 KB")]
    [InlineData(99_499, "99.5 KB")]
    [InlineData(123_456, "123 KB")]
    [InlineData(999_999, "1.0 MB")]
    [InlineData(13_493_022, "13.5 MB")]
    public void Bytes_have_at_most_three_digits(long bytes, string shown) => Assert.Equal(shown, Humane.Bytes(bytes));

    [Theory]
    [InlineData(0.0312, "0.03 s")]
    [InlineData(12.44, "12.4 s")]
    [InlineData(200, "3 m 20 s")]
    [InlineData(7500, "2 h 5 m")]
    public void Durations_have_the_digits_that_matter(double seconds, string shown) => Assert.Equal(shown, Humane.Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void One_row_is_not_rows()
    {
        Assert.Equal("1 row", Humane.Count(1, "row"));
        Assert.Equal("2,999,983 rows", Humane.Count(2_999_983, "row"));
    }
}
