using System.Text;
using DataGrid.Core.Sql;

namespace DataGrid.Tests.Tidy;

/// <summary>The end of docs/SQL.md is written from the list that the gate admits by.</summary>
public sealed class SqlReferenceTests
{
    private const string Page = "docs/SQL.md";
    private const string Begin = "<!-- What follows is written by SqlReferenceTests with DATAGRID_ACCEPT=1. -->\n";
    private const int LineLength = 160;

    [Fact]
    public void The_functions_in_the_reference_are_those_that_the_gate_admits()
    {
        var page = Repository.Read(Page);
        var text = page[..(page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)] + Describe();
        if (Environment.GetEnvironmentVariable("DATAGRID_ACCEPT") == "1") File.WriteAllText(Path.Combine(Repository.Root, Page), text);

        Found.None(Words(text).Except(Words(Repository.Read(Page))).Select(static word => "missing: " + word));
        Found.None(Words(Repository.Read(Page)).Except(Words(text)).Select(static word => "gone: " + word));
    }

    private static string Describe()
    {
        var text = new StringBuilder($"\nReviewed for DuckDB {SqlFunctions.EngineVersion}.\n");
        Section(text, "Plain functions", SqlFunctionKinds.Scalar);
        Section(text, "Aggregates (also with OVER)", SqlFunctionKinds.Aggregate);
        Section(text, "With OVER only", SqlFunctionKinds.Window);
        Section(text, "In FROM", SqlFunctionKinds.Table);
        Section(text, "In ad-hoc queries only", SqlFunctionKinds.Volatile);
        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, SqlFunctionKinds kind)
    {
        text.Append($"\n### {title}\n\n");
        var length = 0;
        foreach (var name in SqlFunctions.All.Where(entry => entry.Value.HasFlag(kind) && char.IsAsciiLetter(entry.Key[0])).Select(static entry => entry.Key).Order(StringComparer.Ordinal))
        {
            length += name.Length + 3;
            text.Append(length > LineLength ? "\n" : length > name.Length + 3 ? " " : "").Append('`').Append(name).Append('`');
            if (length > LineLength) length = name.Length + 3;
        }
        text.Append('\n');
    }

    private static IEnumerable<string> Words(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
