using DataGrid.Storage.Mirror;

namespace DataGrid.Storage.Tests.Mirror;

public sealed class ColumnNeedTests
{
    [Theory]
    [InlineData("select a, b * c from raw.events where d > 1")]
    [InlineData("select e.a, count(*) as n, sum(e.b) * 2 from raw.events e group by e.a order by n")]
    [InlineData("select a from raw.events as \"e\" join raw.other o using (b)")]
    [InlineData("select a -- * from here\n, /* all * of it */ b from raw.events")]
    [InlineData("select extract(year from a), '* from x' from raw.events")]
    [InlineData("with x as (select a from raw.events) select x.a from x")]
    public void Only_columns_whose_names_stand_there_are_needed(string sql)
    {
        var need = Need(sql);

        Assert.False(need.All);
        Assert.True(need.Includes("a"));
        Assert.False(need.Includes("unheard_of"));
        Assert.True(need.Includes("odd name"));
    }

    [Theory]
    [InlineData("select * from raw.events")]
    [InlineData("select e.* from raw.events e")]
    [InlineData("select a, * exclude (b) from raw.events")]
    [InlineData("select distinct on (a) * from raw.events")]
    [InlineData("from raw.events limit 3")]
    [InlineData("select a from (from raw.events)")]
    [InlineData("select e from raw.events e")]
    [InlineData("select to_json(events) from raw.events")]
    [InlineData("select count(x) from raw.events as x")]
    [InlineData("select columns('a.*') from raw.events")]
    [InlineData("select a from raw.events natural join raw.other")]
    [InlineData("select a from raw.events union all by name select a from raw.other")]
    [InlineData("pivot raw.events on a using sum(b)")]
    [InlineData("select a, b from raw.events union all from raw.other")]
    [InlineData("select struct_pack(*) from raw.events")]
    public void Where_all_columns_may_be_read_all_are_needed(string sql) => Assert.True(Need(sql).All);

    [Fact]
    public void What_checks_name_is_needed_too()
    {
        var need = ColumnNeed.Of(["select a from raw.events"], ["""{"column":"iata"}"""], ["events"]);

        Assert.True(need.Includes("IATA"));
        Assert.False(need.Includes("city"));
    }

    private static ColumnNeed Need(string sql) => ColumnNeed.Of([sql], [], ["events", "other"]);
}
