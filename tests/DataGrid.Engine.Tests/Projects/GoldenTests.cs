using System.Runtime.CompilerServices;

namespace DataGrid.Engine.Tests.Projects;

/// <summary>Golden files: the files of a project, each after a line <c>--- path</c>, and after <c>=== problems</c> what is reported. Setting the variable
/// DATAGRID_UPDATE_GOLDEN=1 writes what is reported into the file, to be read before it is committed.</summary>
public sealed class GoldenTests
{
    private const string Separator = "=== problems";

    public static TheoryData<string> Names =>
        [.. Directory.EnumerateFiles(Folder(AppContext.BaseDirectory), "*.golden").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Names))]
    public async Task Every_mistake_is_reported_as_the_golden_file_shows(string name)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Folder(AppContext.BaseDirectory), name + ".golden"));
        var end = text.IndexOf(Separator, StringComparison.Ordinal);
        using var project = new ProjectFixture();
        foreach (var section in ("\n" + text[..end]).Split("\n--- ", StringSplitOptions.RemoveEmptyEntries))
        {
            var line = section.IndexOf('\n', StringComparison.Ordinal);
            var body = line < 0 ? "" : section[(line + 1)..];
            project.Write((line < 0 ? section : section[..line]).Trim(), body.Length == 0 || body.EndsWith('\n') ? body : body + "\n");
        }

        var actual = string.Join('\n', (await project.ProblemsAsync()).Split('\n').Select(static line => line.TrimEnd()));

        if (Environment.GetEnvironmentVariable("DATAGRID_UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(Here())!, "Golden", name + ".golden"), text[..(end + Separator.Length)] + "\n" + actual + "\n");
        else
            Assert.Equal(text[(end + Separator.Length)..].Trim(), actual);
    }

    private static string Folder(string root) => Path.Combine(root, "Projects", "Golden");

    private static string Here([CallerFilePath] string here = "") => here;
}
