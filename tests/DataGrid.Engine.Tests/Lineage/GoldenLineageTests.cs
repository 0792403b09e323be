using System.Text;
using DataGrid.Contracts.Lineage;
using DataGrid.Core.Lineage;
using DataGrid.Engine.Tests.SqlGate;

namespace DataGrid.Engine.Tests.Lineage;

/// <summary>Lineage as it is, reviewed: a change of any line must be meant, and read against the SQL. <c>DATAGRID_ACCEPT_LINEAGE=path</c> writes the file anew.</summary>
public sealed class GoldenLineageTests : IClassFixture<BinderFixture>
{
    private readonly BinderFixture _fixture;

    public GoldenLineageTests(BinderFixture fixture) => _fixture = fixture;

    [Fact]
    public void Lineage_is_as_reviewed()
    {
        var actual = new StringBuilder();
        foreach (var (name, sql) in BenignQueries.All)
        {
            var lineage = BenignQueries.Bind(_fixture.Binder, sql).Lineage!;
            actual.Append(name).Append('\n');
            foreach (var column in lineage.Columns) actual.Append("  ").Append(column.Column).Append(" <- ").Append(Own(column, lineage)).Append('\n');
            actual.Append("  rows: ").Append(Text(lineage.RowSources)).Append('\n');
        }
        var file = Path.Combine(Path.GetDirectoryName(typeof(GoldenLineageTests).Assembly.Location)!, "Lineage", "lineage.golden.txt");
        if (Environment.GetEnvironmentVariable("DATAGRID_ACCEPT_LINEAGE") is { Length: > 0 } target) File.WriteAllText(target, actual.ToString());
        Assert.Equal(File.ReadAllText(file), actual.ToString(), ignoreLineEndingDifferences: true);
    }

    /// <summary>What is a column's own: without what decides about rows.</summary>
    private static string Own(ColumnLineage column, QueryLineage lineage) => Text(column.Sources.Where(source => source.IsDirect || !lineage.RowSources.Contains(source)));

    private static string Text(IEnumerable<LineageSource> sources) =>
        string.Join(", ", sources.GroupBy(static source => source.Column).Select(static group => $"{group.Key} ({string.Join(' ', group.Select(static source => source.Kind))})")) is { Length: > 0 } text ? text : "nothing";
}
