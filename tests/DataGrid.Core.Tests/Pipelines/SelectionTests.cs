using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Pipelines;
using DataGrid.Core.Pipelines.Graph;

namespace DataGrid.Core.Tests.Pipelines;

public sealed class SelectionTests
{
    private static readonly PipelineSpec Pipeline = new()
    {
        Id = PipelineId.Parse("p"),
        ProjectDirectory = "/p",
        Fingerprint = "",
        Sources = [new SourceSpec { Name = Name("raw.flights"), Files = ["a.csv"], Format = SourceFormat.Csv, Columns = [] }],
        Steps =
        [
            Step("silver.airports", "daily"), Step("silver.flights", "daily", "raw.flights"), Step("gold.delays", "", "silver.flights", "silver.airports"),
            Step("gold.report", "weekly", "gold.delays"), Step("gold.other", ""),
        ],
    };

    [Theory]
    [InlineData("gold.delays", "gold.delays")]
    [InlineData("GOLD.Delays", "gold.delays")]
    [InlineData("+gold.delays", "silver.airports silver.flights gold.delays")]
    [InlineData("silver.flights+", "silver.flights gold.delays gold.report")]
    [InlineData("+gold.delays+", "silver.airports silver.flights gold.delays gold.report")]
    [InlineData("gold.other silver.airports", "silver.airports gold.other")]
    [InlineData("gold.other,silver.airports", "silver.airports gold.other")]
    [InlineData("gold.*", "gold.delays gold.report gold.other")]
    [InlineData("*.flights+", "silver.flights gold.delays gold.report")]
    [InlineData("tag:daily", "silver.airports silver.flights")]
    [InlineData("+tag:weekly", "silver.airports silver.flights gold.delays gold.report")]
    [InlineData("raw.flights+", "silver.flights gold.delays gold.report")]
    [InlineData("", "silver.airports silver.flights gold.delays gold.report gold.other")]
    public void Selectors_name_steps_and_keep_the_pipelines_order(string selectors, string expected)
    {
        var outcome = Selection.Resolve(Pipeline, selectors.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(outcome.Problems);
        Assert.Equal(expected, string.Join(' ', outcome.Steps.Select(static step => step.Name)));
    }

    [Theory]
    [InlineData("gold.delay", "there is no model 'gold.delay'", "Did you mean 'gold.delays'?")]
    [InlineData("report", "there is no model 'report'", "Did you mean 'gold.report'?")]
    [InlineData("raw.flights", "raw.flights is a source: it is read, not run", "Select what reads it: raw.flights+.")]
    [InlineData("bronze.*", "no model matches 'bronze.*'", null)]
    [InlineData("tag:dayly", "no model has the tag 'dayly'", "Did you mean 'daily'?")]
    [InlineData("+", "there is no model ''", null)]
    [InlineData(" ", "the selection is empty", null)]
    public void A_selector_that_names_nothing_is_an_error_with_the_nearest_name(string selector, string message, string? help)
    {
        var outcome = Selection.Resolve(Pipeline, [selector]);
        Assert.Empty(outcome.Steps);
        var problem = Assert.Single(outcome.Problems);
        Assert.Equal(message, problem.Message);
        Assert.NotNull(problem.Help);
        if (help is not null) Assert.Equal(help, problem.Help);
    }

    [Fact]
    public void All_wrong_selectors_are_reported_at_once() => Assert.Equal(2, Selection.Resolve(Pipeline, ["a.b", "gold.other", "c.d"]).Problems.Length);

    private static DatasetName Name(string text) => DatasetName.Parse(text);

    private static StepSpec Step(string name, string tag, params string[] reads) => new()
    {
        Name = Name(name), File = ProjectLayout.ModelFile(Name(name)), Sql = "", Columns = [], Tags = [tag], Reads = [.. reads.Select(Name)],
    };
}
