using System.Text.Json;
using DataGrid.Cli;

namespace DataGrid.Tests.Cli;

public sealed class CommandLineTests
{
    [Fact]
    public async Task Without_arguments_the_help_is_shown()
    {
        var (code, output, _) = await FakeTerminal.RunAsync();

        Assert.Equal(0, code);
        Assert.Contains("datagrid init shop", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_command_is_guessed_and_is_the_users_mistake()
    {
        var (code, output, error) = await FakeTerminal.RunAsync("qery", "select 1");

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains("there is no command 'qery'", error, StringComparison.Ordinal);
        Assert.Contains("did you mean 'datagrid query'?", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "a", "b")]
    [InlineData("history")]
    [InlineData("history", "not-a-name")]
    [InlineData("rollback", "a.b")]
    [InlineData("query", "select 1", "--limit", "-1")]
    [InlineData("query", "select 1", "--version", "silver.orders")]
    [InlineData("query", "select 1", "--as-of", "silver.orders=yesterdayish")]
    [InlineData("query", "select 1", "--format", "xml")]
    [InlineData("query", "select 1", "--param", "novalue")]
    [InlineData("completion", "tcsh")]
    [InlineData("validate", "/there/is/no/such/folder")]
    [InlineData("run", "/there/is/no/such/folder")]
    [InlineData("plan", "/there/is/no/such/folder")]
    [InlineData("datasets", "--root", "/there/is/no/such/folder")]
    [InlineData("lineage", "a.b", "--depth", "0")]
    public async Task Wrong_input_ends_with_two_and_says_what_to_do(params string[] args)
    {
        var (code, output, error) = await FakeTerminal.RunAsync(args);

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains(Environment.NewLine + "  help: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_a_failure_is_one_document_on_the_output()
    {
        var (code, output, error) = await FakeTerminal.RunAsync("history", "not-a-name", "--json");

        Assert.Equal(2, code);
        Assert.Empty(error);
        var problem = JsonDocument.Parse(output).RootElement.GetProperty("problems")[0];
        Assert.Equal("name_invalid", problem.GetProperty("code").GetString());
    }

    [Fact]
    public void Every_command_and_option_is_described_and_has_examples_that_parse()
    {
        var root = CommandLine.BuildTree(new FakeTerminal().Terminal, TimeProvider.System);

        Assert.True(root.Subcommands.Count >= 17);
        foreach (var command in root.Subcommands)
        {
            Assert.False(string.IsNullOrWhiteSpace(command.Description), command.Name);
            Assert.All(command.Options, option => Assert.False(string.IsNullOrWhiteSpace(option.Description), $"{command.Name} {option.Name}"));
            Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrWhiteSpace(argument.Description), $"{command.Name} {argument.Name}"));
        }
        foreach (var example in CommandLine.Examples)
        {
            // What a shell would do with pipes, redirections and comments is not the parser's business.
            var words = example.Split(" | ")[0].Split(" < ")[0].Split(" > ")[0].Split("  #")[0].Trim();
            if (!words.StartsWith("datagrid ", StringComparison.Ordinal)) continue;
            Assert.True(root.Parse(words["datagrid ".Length..]).Errors.Count == 0, example);
        }
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task A_completion_script_asks_the_command_itself(string shell)
    {
        var (code, output, _) = await FakeTerminal.RunAsync("completion", shell);

        Assert.Equal(0, code);
        Assert.Contains("[suggest:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_parser_suggests_commands()
    {
        var (_, output, _) = await FakeTerminal.RunAsync("[suggest:12]", "datagrid qua");

        Assert.Equal("quarantine", output.Trim());
    }
}
