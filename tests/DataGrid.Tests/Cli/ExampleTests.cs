using System.Text.Json;
using DataGrid.Tests.Tidy;

namespace DataGrid.Tests.Cli;

/// <summary>The examples are what people read first.</summary>
public sealed class ExampleTests
{
    [Theory]
    [InlineData("tutorial", 3)]
    [InlineData("flights", 13)]
    public async Task An_example_is_valid_without_warnings(string example, int datasets)
    {
        var (code, output, error) = await FakeTerminal.RunAsync("validate", Path.Combine(Repository.Root, "examples", example), "--strict", "--json");

        Assert.True(code == 0, output + error);
        Assert.Equal(datasets, JsonDocument.Parse(output).RootElement.GetProperty("steps").GetArrayLength());
    }

    [Fact]
    public void The_flights_use_every_kind_of_check_and_every_action()
    {
        var texts = Directory.EnumerateFiles(Path.Combine(Repository.Root, "examples/flights/models"), "*.sql", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();
        string[] words = ["that:", "not_null:", "accepted:", "references:", "unique:", "row_count:", "query:", "otherwise: warn", "otherwise: drop", "otherwise: quarantine"];

        Assert.All(words, word => Assert.Contains(texts, text => text.Contains(word, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_plan_lists_the_steps_in_the_order_in_which_they_can_run()
    {
        var (code, output, error) = await FakeTerminal.RunAsync("plan", Path.Combine(Repository.Root, "examples/tutorial"), "--json");

        Assert.True(code == 0, output + error);
        var steps = JsonDocument.Parse(output).RootElement.GetProperty("steps").EnumerateArray().Select(static step => step.GetProperty("name").GetString()).ToList();
        Assert.Equal("silver.orders", steps[0]);
        Assert.Equal(["gold.best_sellers", "gold.daily_sales"], steps.Skip(1).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_new_project_is_valid()
    {
        var folder = Directory.CreateTempSubdirectory("datagrid-new-");
        try
        {
            var project = Path.Combine(folder.FullName, "shop");
            await FakeTerminal.RunAsync("init", project);

            var (code, output, error) = await FakeTerminal.RunAsync("validate", project, "--strict");

            Assert.True(code == 0, output + error);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_mistake_is_shown_with_its_place_and_a_way_on()
    {
        var folder = Directory.CreateTempSubdirectory("datagrid-wrong-");
        try
        {
            var project = Path.Combine(folder.FullName, "shop");
            await FakeTerminal.RunAsync("init", project);
            var model = Path.Combine(project, "models/silver/orders.sql");
            await File.WriteAllTextAsync(model, (await File.ReadAllTextAsync(model)).Replace("(quantity * price)", "(quantity * prise)", StringComparison.Ordinal));

            var (code, _, error) = await FakeTerminal.RunAsync("validate", project);

            Assert.Equal(2, code);
            Assert.Contains("models/silver/orders.sql:10:", error, StringComparison.Ordinal);
            Assert.Contains("price", error, StringComparison.Ordinal);
            var lines = error.Split('\n').ToList();
            var excerpt = lines.FindIndex(static line => line.Contains("prise)", StringComparison.Ordinal) && line.Contains('|', StringComparison.Ordinal));
            Assert.Equal(lines[excerpt].IndexOf("prise)", StringComparison.Ordinal), lines[excerpt + 1].IndexOf('^', StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
