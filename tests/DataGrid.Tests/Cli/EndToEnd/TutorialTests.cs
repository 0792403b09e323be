using DataGrid.Tests.Tidy;

namespace DataGrid.Tests.Cli.EndToEnd;

/// <summary>The five minutes of examples/tutorial, as its text tells them.</summary>
public sealed class TutorialTests : IDisposable
{
    private readonly ProjectFolder _project = new();

    public TutorialTests()
    {
        var example = Path.Combine(Repository.Root, "examples/tutorial");
        foreach (var file in Directory.EnumerateFiles(example, "*", SearchOption.AllDirectories).Where(static file => !file.Contains(".datagrid", StringComparison.Ordinal)))
            _project.Write(Path.GetRelativePath(example, file), File.ReadAllText(file));
    }

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task The_tutorial_holds_what_it_says()
    {
        var output = await CliProcess.SucceedAsync("run", _project.Path);
        Assert.Contains("1 row quarantined", output, StringComparison.Ordinal);

        var held = await CliProcess.SucceedAsync("quarantine", "silver.orders", "--root", _project.Path);
        Assert.Contains("1006", held, StringComparison.Ordinal);
        Assert.Contains("sells at least one", held, StringComparison.Ordinal);

        Assert.Equal("day,orders,takings\n2024-05-06,5,23.40\n2024-05-07,4,20.00\n", await QueryAsync("from gold.daily_sales order by day"));

        var lineage = await CliProcess.SucceedAsync("lineage", "gold.daily_sales.takings", "--root", _project.Path);
        Assert.Contains("raw.orders.quantity", lineage, StringComparison.Ordinal);
        Assert.Contains("raw.products.price", lineage, StringComparison.Ordinal);

        _project.Write("data/orders-2024-05-08.csv", "order_id,ordered_at,sku,quantity\n1011,2024-05-08 08:00:00,TEA,10\n");
        await CliProcess.SucceedAsync("run", _project.Path);
        Assert.Equal("n\n3\n", await QueryAsync("select count(*) as n from gold.daily_sales"));
        Assert.Equal("n\n2\n", await QueryAsync("select count(*) as n from gold.daily_sales", "--version", "gold.daily_sales=0"));
    }

    [Fact]
    public async Task A_failed_check_ends_with_one_and_changes_nothing()
    {
        await CliProcess.SucceedAsync("run", _project.Path);
        _project.Write("data/orders-2024-05-08.csv", "order_id,ordered_at,sku,quantity\n1001,2024-05-08 08:00:00,TEA,10\n");

        var (code, _, error) = await CliProcess.RunAsync("run", _project.Path);

        Assert.Equal(1, code);
        Assert.Contains("unique", error, StringComparison.Ordinal);
        Assert.All(await _project.VersionsAsync(), static table => Assert.Equal(0, table.Value));
        Assert.Empty(_project.StagedFiles());
    }

    [Fact]
    public async Task A_mistake_in_the_project_ends_with_two_before_anything_is_made()
    {
        _project.Write("models/gold/best_sellers.sql", "select nothing from silver.orders");

        var (code, _, error) = await CliProcess.RunAsync("run", _project.Path);

        Assert.Equal(2, code);
        Assert.Contains("models/gold/best_sellers.sql:1:8", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_project.Path, ".datagrid")), "a root was left behind");
    }

    [Theory]
    [InlineData("run", "--root", "new/deep/root")]
    [InlineData("run", "--root", "new/deep/root", "--select", "gold.nothing")]
    public async Task A_mistake_leaves_none_of_the_folders_that_the_root_would_have_had(string command, params string[] options)
    {
        if (!options.Contains("--select")) _project.Write("models/gold/best_sellers.sql", "select nothing from silver.orders");
        options[1] = Path.Combine(_project.Path, options[1]);

        var (code, _, _) = await CliProcess.RunAsync([command, _project.Path, .. options]);

        Assert.Equal(2, code);
        Assert.False(Directory.Exists(Path.Combine(_project.Path, "new")), "folders were left behind");
    }

    [Fact]
    public async Task A_mistake_leaves_a_root_alone_that_was_there_before()
    {
        Directory.CreateDirectory(Path.Combine(_project.Path, ".datagrid"));
        _project.Write("models/gold/best_sellers.sql", "select nothing from silver.orders");

        var (code, _, _) = await CliProcess.RunAsync("run", _project.Path);

        Assert.Equal(2, code);
        Assert.Empty(await _project.VersionsAsync());
    }

    [Fact]
    public async Task A_root_that_cannot_be_made_ends_with_three()
    {
        _project.Write("file", "");

        var (code, _, error) = await CliProcess.RunAsync("run", _project.Path, "--root", Path.Combine(_project.Path, "file", "root"));

        Assert.Equal(3, code);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
    }

    private Task<string> QueryAsync(string sql, params string[] more) => CliProcess.SucceedAsync(["query", sql, "--format", "csv", "--root", _project.Path, .. more]);
}
