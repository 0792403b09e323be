using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using DataGrid.Core.Pipelines;

namespace DataGrid.Core.Tests.Pipelines;

/// <summary>A golden file: the files of a project, each after a line <c>--- path</c>, and after <c>=== problems</c> what is reported. Setting the variable
/// DATAGRID_ACCEPT=1 writes what is reported into the file, to be read before it is committed.</summary>
internal sealed record GoldenProject(string Name, ImmutableArray<SourceText> Files, string Expected)
{
    private const string Separator = "=== problems";

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Pipelines", "Golden"), "*.golden").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    public static GoldenProject Load(string name)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Pipelines", "Golden", name + ".golden"));
        var end = text.IndexOf(Separator, StringComparison.Ordinal);
        var files = ImmutableArray.CreateBuilder<SourceText>();
        foreach (var section in ("\n" + text[..end]).Split("\n--- ", StringSplitOptions.RemoveEmptyEntries))
        {
            var line = section.IndexOf('\n', StringComparison.Ordinal);
            var body = line < 0 ? "" : section[(line + 1)..];
            files.Add(new SourceText((line < 0 ? section : section[..line]).Trim(), body.Length == 0 || body.EndsWith('\n') ? body : body + "\n"));
        }
        return new GoldenProject(name, files.ToImmutable(), text[(end + Separator.Length)..].Trim());
    }

    public void Check(string actual, [CallerFilePath] string here = "")
    {
        actual = string.Join('\n', actual.Split('\n').Select(static line => line.TrimEnd()));
        if (Environment.GetEnvironmentVariable("DATAGRID_ACCEPT") == "1")
        {
            var path = Path.Combine(Path.GetDirectoryName(here)!, "Golden", Name + ".golden");
            var text = File.ReadAllText(path);
            File.WriteAllText(path, text[..(text.IndexOf(Separator, StringComparison.Ordinal) + Separator.Length)] + "\n" + actual + "\n");
            return;
        }
        Assert.Equal(Expected, actual);
    }
}
