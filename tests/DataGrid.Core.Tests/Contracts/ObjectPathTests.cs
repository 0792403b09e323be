using DataGrid.Contracts.Storage;

namespace DataGrid.Core.Tests.Contracts;

public sealed class ObjectPathTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("default/tables/raw/events/_delta_log/00000000000000000007.json")]
    [InlineData("month=2001%2F01/part-中.parquet")]
    [InlineData("a/...b")]
    public void A_path_is_its_text(string text) => Assert.Equal(text, ObjectPath.Parse(text).ToString());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData(".")]
    [InlineData("a/../b")]
    [InlineData("..")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    public void What_could_leave_the_root_is_no_path(string? text) => Assert.False(ObjectPath.TryParse(text, out _, out _));

    [Fact]
    public void The_limit_counts_bytes_of_UTF_8()
    {
        Assert.True(ObjectPath.TryParse(new string('a', ObjectPath.MaximumLengthBytes), out _, out _));
        Assert.False(ObjectPath.TryParse(new string('é', ObjectPath.MaximumLengthBytes / 2 + 1), out _, out _));
    }

    [Fact]
    public void Below_means_a_folder_boundary_and_not_a_common_beginning()
    {
        var folder = ObjectPath.Parse("a/b");

        Assert.True(ObjectPath.Parse("a/b/c").IsBelow(folder));
        Assert.False(ObjectPath.Parse("a/bc").IsBelow(folder));
        Assert.False(folder.IsBelow(folder));
        Assert.Equal("c/d", ObjectPath.Parse("a/b/c/d").RelativeTo(folder));
        Assert.Throws<ArgumentException>(() => ObjectPath.Parse("a/bc").RelativeTo(folder));
    }

    [Fact]
    public void Name_and_parent_are_the_last_segment_and_the_rest()
    {
        var path = ObjectPath.Parse("a/b/c.json");

        Assert.Equal("c.json", path.Name);
        Assert.Equal("a/b", path.Parent!.Value.Value);
        Assert.Null(ObjectPath.Parse("a").Parent);
    }
}
