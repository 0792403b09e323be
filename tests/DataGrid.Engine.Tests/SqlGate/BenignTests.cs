namespace DataGrid.Engine.Tests.SqlGate;

public sealed class BenignTests : IClassFixture<BinderFixture>
{
    private readonly BinderFixture _fixture;

    public BenignTests(BinderFixture fixture) => _fixture = fixture;

    [Theory]
    [MemberData(nameof(BenignQueries.Names), MemberType = typeof(BenignQueries))]
    public void A_benign_query_passes_the_gate_and_binds_with_exact_lineage(string name)
    {
        var binding = BenignQueries.Bind(_fixture.Binder, BenignQueries.All[name]);
        Assert.Equal("", string.Join("; ", binding.Problems.Select(static problem => problem.Message)));
        Assert.NotEmpty(binding.Columns);
        Assert.Equal(binding.Columns.Select(static column => column.Name), binding.ColumnLineage.Select(static column => column.Column));
        Assert.Equal("", string.Join("; ", binding.Lineage!.Unresolved));
    }

    [Fact]
    public void The_benign_queries_cover_the_language_widely() => Assert.True(BenignQueries.All.Count >= 60);
}
