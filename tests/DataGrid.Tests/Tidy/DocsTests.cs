using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DataGrid.Contracts.Errors;

namespace DataGrid.Tests.Tidy;

public sealed partial class DocsTests
{
    private static IEnumerable<string> Pages => Repository.Files.Where(static file => file.EndsWith(".md", StringComparison.Ordinal));

    [Fact]
    public void Every_link_between_files_resolves() =>
        Found.None(from page in Pages
                         from match in Link().Matches(Repository.Read(page)).AsEnumerable()
                         let target = match.Groups[1].Value
                         where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#') && !target.StartsWith("mailto:", StringComparison.Ordinal)
                         let file = Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, target.Split('#')[0]))
                         where !File.Exists(file) && !Directory.Exists(file)
                         select $"{page}: {target}");

    [Fact]
    public void Every_page_named_in_a_comment_exists() =>
        Found.None(from file in Repository.Files
                         where file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".props", StringComparison.Ordinal) || file.EndsWith(".targets", StringComparison.Ordinal) || file.EndsWith(".csproj", StringComparison.Ordinal) || file == "package.json"
                         from match in Page().Matches(Repository.Read(file)).AsEnumerable()
                         where !Repository.Files.Contains(match.Value)
                         select $"{file}: {match.Value}");

    [Fact]
    public void Decisions_are_numbered_without_gaps_and_say_context_decision_and_consequences()
    {
        var decisions = Repository.Find("docs/decisions/", ".md").ToList();

        Assert.Equal(Enumerable.Range(1, decisions.Count), decisions.Select(static file => int.Parse(Path.GetFileName(file)[..4], System.Globalization.CultureInfo.InvariantCulture)));
        Found.None(from file in decisions
                         from heading in (string[])["## Context", "## Decision", "## Consequences"]
                         where !Repository.Read(file).Contains($"\n{heading}\n", StringComparison.Ordinal)
                         select $"{file}: {heading}");
    }

    [Fact]
    public void Every_package_is_explained()
    {
        var explained = Repository.Read("docs/decisions/0001-dependencies.md");
        Found.None(XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion")
            .Where(package => !explained.Contains($"`{package.Attribute("Include")!.Value}` {package.Attribute("Version")!.Value}", StringComparison.Ordinal))
            .Select(static package => $"{package.Attribute("Include")!.Value} {package.Attribute("Version")!.Value}"));
    }

    [Fact]
    public void No_project_names_a_version_itself() =>
        Found.None(from file in Repository.Files
                         where file.EndsWith(".csproj", StringComparison.Ordinal) || file.EndsWith(".targets", StringComparison.Ordinal)
                         from package in XDocument.Parse(Repository.Read(file)).Descendants("PackageReference")
                         where package.Attribute("Version") is not null || package.Attribute("VersionOverride") is not null
                         select $"{file}: {package.Attribute("Include")!.Value}");

    [Fact]
    public void Every_exit_code_of_an_error_is_in_the_reference_of_the_command()
    {
        var reference = Repository.Read("docs/CLI.md");
        Found.None(ErrorCodes.All.Select(static row => row.ExitCode).Append(0).Distinct().Where(code => !reference.Contains($"| {code} |", StringComparison.Ordinal)).Select(static code => $"{code}"));
    }

    [Fact]
    public void The_table_of_error_codes_is_the_one_in_the_code()
    {
        var written = Repository.ReadLines("docs/ERRORS.md").Where(static line => line.StartsWith("| `", StringComparison.Ordinal)).Select(static line => line.Split('|', StringSplitOptions.TrimEntries)[1..7]);
        var known = ErrorCodes.All.Select(static row => (string[])[$"`{row.Code}`", Words(row.Domain.ToString()), Words(row.Retry.ToString()), $"{row.ExitCode}", $"{row.HttpStatus}", $"{row.GrpcStatus}"]);

        Assert.Equal(known.Select(Join).Order(StringComparer.Ordinal), written.Select(Join).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_key_of_a_project_is_in_its_reference()
    {
        var reference = Repository.Read("docs/PROJECTS.md");
        using var schema = JsonDocument.Parse(Repository.Read("docs/datagrid.schema.json"));
        var keys = Keys(schema.RootElement).Distinct().ToList();

        Assert.Contains("materialize", keys);
        Found.None(keys.Where(key => !Regex.IsMatch(reference, $@"[`.{{ ]{key}[`:.]")));
    }

    private static IEnumerable<string> Keys(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Object => node.EnumerateObject().SelectMany(static member =>
            (member.Name == "properties" ? member.Value.EnumerateObject().Select(static key => key.Name) : []).Concat(Keys(member.Value))),
        JsonValueKind.Array => node.EnumerateArray().SelectMany(Keys),
        _ => [],
    };

    private static string Join(string[] cells) => string.Join(" ", cells);

    private static string Words(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name).Replace('_', ' ');

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\bdocs/[A-Za-z0-9_/.-]+\.md\b")]
    private static partial Regex Page();
}
