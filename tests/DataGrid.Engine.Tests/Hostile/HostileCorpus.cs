using System.Text;
using System.Text.Json;

namespace DataGrid.Engine.Tests.Hostile;

/// <summary>A hostile statement.</summary>
/// <param name="Id">Its name, unique.</param>
/// <param name="Sql">The text, generators expanded.</param>
/// <param name="Tries">What it tries.</param>
/// <param name="Reason">The gate's reason, in snake case.</param>
/// <param name="Instance">What a locked instance does with it alone, without the gate: <c>refuses</c> it, runs it but keeps it inside (<c>contained</c>), or is broken by it
/// (<c>gate_only</c>: never run it in a process that has to live).</param>
public sealed record HostileCase(string Id, string Sql, string Tries, string Reason, string Instance)
{
    public override string ToString() => Id;
}

/// <summary>The hostile corpus, the same for both walls. <c>raw.t (a INTEGER, b VARCHAR)</c> is the only dataset.</summary>
public static class HostileCorpus
{
    private const string Generator = "@repeat:";

    public static IReadOnlyList<HostileCase> All { get; } = Load();

    public static TheoryData<string> Ids => new(All.Select(static item => item.Id));

    public static HostileCase Find(string id) => All.Single(item => item.Id == id);

    private static List<HostileCase> Load()
    {
        var folder = Path.GetDirectoryName(typeof(HostileCorpus).Assembly.Location)!;
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "Hostile", "corpus.json")));
        return
        [
            .. document.RootElement.EnumerateArray().Select(static item => new HostileCase(
                Text(item, "id"), Expand(Text(item, "sql")), Text(item, "tries"), Text(item, "reason"), Text(item, "instance"))),
        ];
    }

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString()!;

    /// <summary><c>@repeat:a{b}3c</c> is <c>abbbc</c>: long and deep texts without a long file.</summary>
    private static string Expand(string sql)
    {
        if (!sql.StartsWith(Generator, StringComparison.Ordinal)) return sql;
        var text = new StringBuilder();
        for (var i = Generator.Length; i < sql.Length; i++)
        {
            if (sql[i] != '{')
            {
                text.Append(sql[i]);
                continue;
            }
            var close = sql.IndexOf('}', i);
            var end = close + 1;
            while (end < sql.Length && char.IsAsciiDigit(sql[end])) end++;
            text.Insert(text.Length, sql[(i + 1)..close], int.Parse(sql.AsSpan((close + 1)..end), System.Globalization.CultureInfo.InvariantCulture));
            i = end - 1;
        }
        return text.ToString();
    }
}
