using DataGrid.Core.Datasets;

namespace DataGrid.Core.Tests.Datasets;

public sealed class StorableTypeTests
{
    [Theory]
    [InlineData("BIGINT", "BIGINT")]
    [InlineData("DECIMAL(18,3)", "DECIMAL(18,3)")]
    [InlineData("TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE")]
    [InlineData("HUGEINT", "DECIMAL(38,0)")]
    [InlineData("UBIGINT", "DECIMAL(20,0)")]
    [InlineData("UINTEGER", "BIGINT")]
    [InlineData("UTINYINT", "SMALLINT")]
    [InlineData("ENUM('a', 'b''c')", "VARCHAR")]
    [InlineData("UUID", "VARCHAR")]
    [InlineData("JSON", "VARCHAR")]
    [InlineData("TIMESTAMP_S", "TIMESTAMP")]
    [InlineData("\"NULL\"", "VARCHAR")]
    [InlineData("INTEGER[3]", "INTEGER[]")]
    [InlineData("HUGEINT[]", "DECIMAL(38,0)[]")]
    [InlineData("STRUCT(a INTEGER, b VARCHAR)", "STRUCT(a INTEGER, b VARCHAR)")]
    [InlineData("MAP(VARCHAR, UUID)", "MAP(VARCHAR, VARCHAR)")]
    public void A_type_is_stored_as_itself_or_as_one_that_holds_all_its_values(string type, string stored)
    {
        var mapping = StorableType.Map(type);
        Assert.Equal(stored, mapping.Type);
        Assert.Equal(type != stored, mapping.NeedsCast);
        Assert.Null(mapping.Why);
    }

    [Theory]
    [InlineData("TIME", "CAST({0} AS VARCHAR)")]
    [InlineData("INTERVAL", "epoch({0})")]
    [InlineData("TIMESTAMP_NS", "CAST({0} AS TIMESTAMP)")]
    [InlineData("UHUGEINT", "CAST({0} AS DECIMAL(38,0))")]
    [InlineData("BIT", "CAST({0} AS VARCHAR)")]
    [InlineData("TIME[]", "CAST({0} AS VARCHAR)")]
    [InlineData("UNION(num INTEGER, str VARCHAR)", "CAST({0} AS VARCHAR)")]
    [InlineData("STRUCT(INTEGER, VARCHAR)", "Name its fields")]
    [InlineData("NO_SUCH_TYPE", "CAST({0} AS VARCHAR)")]
    public void A_type_that_would_lose_something_is_refused_with_the_cast_to_write(string type, string advice)
    {
        var mapping = StorableType.Map(type);
        Assert.Null(mapping.Type);
        Assert.NotNull(mapping.Why);
        Assert.Contains(advice, mapping.Advice, StringComparison.Ordinal);
        Assert.NotEmpty(string.Format(System.Globalization.CultureInfo.InvariantCulture, mapping.Advice!, "x"));
    }
}
