using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using DataGrid.Cli;
using DataGrid.Cli.Rendering;

namespace DataGrid.Tests.Tidy;

/// <summary>The end of docs/CLI.md is written from the tree of commands, so that it cannot differ from <c>--help</c>.</summary>
public sealed class CommandReferenceTests
{
    private const string Page = "docs/CLI.md";
    private const string Begin = "<!-- What follows is written by CommandReferenceTests with DATAGRID_ACCEPT=1. -->\n";

    [Fact]
    public void The_reference_says_what_the_help_says()
    {
        var page = Repository.Read(Page);
        var text = page[..(page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)] + Describe();
        if (Environment.GetEnvironmentVariable("DATAGRID_ACCEPT") == "1") File.WriteAllText(Path.Combine(Repository.Root, Page), text);

        var written = Repository.Read(Page).Split('\n');
        Found.None(text.Split('\n').Except(written).Select(static line => "missing: " + line).Concat(written.Except(text.Split('\n')).Select(static line => "gone: " + line)));
    }

    [Fact]
    public void Every_command_is_in_the_table_at_the_top()
    {
        var page = Repository.Read(Page);
        var table = page[..page.IndexOf(Begin, StringComparison.Ordinal)];
        Found.None(Tree().Subcommands.Select(static command => command.Name).Where(name => !table.Contains($"`{name}", StringComparison.Ordinal) && !table.Contains($", `{name}", StringComparison.Ordinal)));
    }

    [Fact]
    public void Help_texts_have_one_style()
    {
        var root = Tree();
        var texts = root.Subcommands.SelectMany(static command => command.Arguments.Select(one => (command.Name, one.Description))
            .Concat(command.Options.Where(IsOwn).Select(one => (command.Name, one.Description))).Append((command.Name, command.Description))).Append((root.Name, root.Description));
        // A sentence's beginning and not its end, as the words stand in a table.
        Found.None(texts.Where(static text => text.Description is not { Length: > 0 } words || !char.IsUpper(words[0]) || words.EndsWith('.')).Select(static text => $"{text.Name}: {text.Description}"));
    }

    private static RootCommand Tree() => CommandLine.BuildTree(new Terminal { Out = TextWriter.Null, Error = TextWriter.Null }, TimeProvider.System);

    private static string Describe()
    {
        var root = Tree();
        var text = new StringBuilder("\n## Options of every command\n\n");
        Options(text, root.Options.Where(static option => option.Recursive));
        foreach (var command in root.Subcommands)
        {
            text.Append($"\n## {command.Name}\n\n```\ndatagrid {command.Name}{string.Concat(command.Arguments.Select(Usage))}{(command.Options.Any(IsOwn) ? " [options]" : "")}\n```\n\n{command.Description}.\n");
            if (command.Arguments.Count + command.Options.Count(IsOwn) > 0) text.Append('\n');
            if (command.Arguments.Count > 0) Rows(text, "argument", command.Arguments.Select(static a => (a.Name, a.Description)));
            if (command.Arguments.Count > 0 && command.Options.Any(IsOwn)) text.Append('\n');
            if (command.Options.Any(IsOwn)) Options(text, command.Options.Where(IsOwn));
            if (command.Options.OfType<HelpOption>().FirstOrDefault()?.Action is ExamplesHelpAction { Examples: { Count: > 0 } examples })
                text.Append($"\n```\n{string.Join('\n', examples)}\n```\n");
        }
        return text.ToString();
    }

    private static bool IsOwn(Option option) => option is not HelpOption and not VersionOption && !option.Hidden;

    private static string Usage(Argument argument) => argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : $" {argument.Name}";

    private static void Options(StringBuilder text, IEnumerable<Option> options) =>
        Rows(text, "option", options.Where(IsOwn).Select(static o => (string.Join(", ", o.Aliases.Prepend(o.Name)) + (o.ValueType == typeof(bool) ? "" : $" {o.HelpName ?? "VALUE"}"), o.Description)));

    private static void Rows(StringBuilder text, string head, IEnumerable<(string Name, string? Description)> rows)
    {
        text.Append($"| {head} | |\n|---|---|\n");
        foreach (var (name, description) in rows) text.Append($"| `{name}` | {description?.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
    }
}
