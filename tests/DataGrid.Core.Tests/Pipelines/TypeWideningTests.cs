using DataGrid.Core.Pipelines;

namespace DataGrid.Core.Tests.Pipelines;

public sealed class TypeWideningTests
{
    [Theory]
    [InlineData("BIGINT", "INTEGER", true)]
    [InlineData("INTEGER", "BIGINT", false)]
    [InlineData("BIGINT", "UINTEGER", true)]
    [InlineData("INTEGER", "UINTEGER", false)]
    [InlineData("BIGINT", "UBIGINT", false)]
    [InlineData("HUGEINT", "UBIGINT", true)]
    [InlineData("UBIGINT", "UINTEGER", true)]
    [InlineData("UINTEGER", "INTEGER", false)]
    [InlineData("UBIGINT", "TINYINT", false)]
    [InlineData("SMALLINT", "UTINYINT", true)]
    [InlineData("TINYINT", "UTINYINT", false)]
    [InlineData("DOUBLE", "BIGINT", true)]
    [InlineData("DOUBLE", "FLOAT", true)]
    [InlineData("DOUBLE", "DECIMAL(18,3)", true)]
    [InlineData("FLOAT", "DOUBLE", false)]
    [InlineData("FLOAT", "SMALLINT", true)]
    [InlineData("FLOAT", "INTEGER", false)]
    [InlineData("DECIMAL(18,3)", "DECIMAL(10,3)", true)]
    [InlineData("DECIMAL(18,3)", "DECIMAL(18,4)", false)]
    [InlineData("DECIMAL(18,4)", "DECIMAL(18,3)", false)]
    [InlineData("DECIMAL(12,2)", "INTEGER", true)]
    [InlineData("DECIMAL(11,2)", "INTEGER", false)]
    [InlineData("BIGINT", "DECIMAL(5,0)", false)]
    [InlineData("TIMESTAMP", "DATE", true)]
    [InlineData("DATE", "TIMESTAMP", false)]
    [InlineData("TIMESTAMP WITH TIME ZONE", "TIMESTAMP", false)]
    [InlineData("VARCHAR", "BIGINT", false)]
    [InlineData("varchar", "VARCHAR", true)]
    [InlineData("STRUCT(a INTEGER)", "STRUCT(a INTEGER)", true)]
    [InlineData("STRUCT(a BIGINT)", "STRUCT(a INTEGER)", false)]
    public void A_type_holds_another_when_it_has_all_its_values(string wide, string narrow, bool holds) => Assert.Equal(holds, TypeWidening.Holds(wide, narrow));

    [Theory]
    [InlineData("INTEGER", "BIGINT", "BIGINT")]
    [InlineData("BIGINT", "UBIGINT", "HUGEINT")]
    [InlineData("BIGINT", "DOUBLE", "DOUBLE")]
    [InlineData("DECIMAL(10,2)", "DECIMAL(4,3)", "DOUBLE")]
    [InlineData("FLOAT", "BIGINT", "DOUBLE")]
    [InlineData("DATE", "TIMESTAMP", "TIMESTAMP")]
    [InlineData("DATE", "BIGINT", null)]
    [InlineData("BOOLEAN", "BIGINT", null)]
    public void Two_types_have_a_common_one_or_only_text(string left, string right, string? common)
    {
        Assert.Equal(common, TypeWidening.Common(left, right));
        Assert.Equal(common, TypeWidening.Common(right, left));
    }
}
