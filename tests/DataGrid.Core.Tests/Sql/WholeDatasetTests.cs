using DataGrid.Contracts.Datasets;
using DataGrid.Core.Sql;

namespace DataGrid.Core.Tests.Sql;

public sealed class WholeDatasetTests
{
    [Theory]
    [InlineData("from gold.sales", true)]
    [InlineData(" SELECT *\n FROM \"gold\".\"sales\" ;\n", true)]
    [InlineData("select * from Gold.Sales", true)]
    [InlineData("from gold.sale", false)]
    [InlineData("from gold.sales limit 1", false)]
    [InlineData("from gold.sales s", false)]
    [InlineData("select id from gold.sales", false)]
    [InlineData("select * exclude id from gold.sales", false)]
    [InlineData("select distinct * from gold.sales", false)]
    [InlineData("from gold.sales order by all", false)]
    [InlineData("from gold.sales, gold.sales", false)]
    [InlineData("-- all\nfrom gold.sales", false)]
    public void Only_the_plainest_ways_to_ask_for_all_are_known(string sql, bool expected) => Assert.Equal(expected, WholeDataset.IsAskedBy(sql, DatasetName.Parse("gold.sales")));
}
