using DataGrid.Core.Quality;

namespace DataGrid.Core.Tests.Quality;

public sealed class TypeFamiliesTests
{
    [Theory]
    [InlineData("INTEGER", "BIGINT", true)]
    [InlineData("BIGINT", "DECIMAL(18,3)", true)]
    [InlineData("DOUBLE", "HUGEINT", true)]
    [InlineData("VARCHAR", "ENUM('a', 'b')", true)]
    [InlineData("DATE", "TIMESTAMP", true)]
    [InlineData("BOOLEAN", "BOOLEAN", true)]
    [InlineData("VARCHAR", "BIGINT", false)]
    [InlineData("VARCHAR", "DATE", false)]
    [InlineData("TIMESTAMP", "TIMESTAMP WITH TIME ZONE", false)]
    [InlineData("BOOLEAN", "INTEGER", false)]
    [InlineData("INTEGER[]", "INTEGER", false)]
    public void Only_types_that_compare_without_a_cast_that_can_fail_are_comparable(string left, string right, bool comparable)
    {
        Assert.Equal(comparable, TypeFamilies.AreComparable(left, right));
        Assert.Equal(comparable, TypeFamilies.AreComparable(right, left));
    }
}
