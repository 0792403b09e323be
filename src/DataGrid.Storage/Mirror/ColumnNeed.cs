using System.Text;

namespace DataGrid.Storage.Mirror;

/// <summary>
/// Which columns of its tables SQL may read, told from its words alone, and rather too many than too few: a column counts as needed when its name stands anywhere, and all columns do
/// where a star, a whole row or a form that takes all columns may stand. What is taken for not needed and read after all is an error of the engine, never a wrong row: a hole in a
/// sparse file is no page of Parquet.
/// </summary>
internal sealed class ColumnNeed
{
    // After one of these a star is a list of columns; before anything else it multiplies.
    private static readonly HashSet<string> EndsList = new(StringComparer.OrdinalIgnoreCase)
    {
        "from", "exclude", "except", "replace", "rename", "like", "ilike", "glob", "similar", "not", "union", "intersect", "where", "group", "order", "limit", "having", "qualify", "window", "as", "using", "offset",
    };

    private static readonly HashSet<string> TakesAll = new(StringComparer.OrdinalIgnoreCase) { "columns", "natural", "pivot", "unpivot", "pivot_wider", "pivot_longer", "summarize", "describe", "table", "by", "unpack" };

    private static readonly HashSet<string> BeforeSelectList = new(StringComparer.OrdinalIgnoreCase) { "(", "union", "all", "intersect", "except", "as", "materialized", ";", "" };

    private readonly List<string> _texts = [];
    private readonly List<string> _words = [];

    /// <summary>Whether every column may be read.</summary>
    public bool All { get; private set; }

    /// <summary>Of these statements.</summary>
    /// <param name="statements">SQL: a query, and the views that it reads.</param>
    /// <param name="alsoNaming">Other texts in which names of columns stand, such as checks.</param>
    /// <param name="tables">The last parts of the names of the tables that it reads: one that stands alone is a whole row.</param>
    public static ColumnNeed Of(IEnumerable<string> statements, IEnumerable<string> alsoNaming, IReadOnlyCollection<string> tables)
    {
        var need = new ColumnNeed();
        foreach (var statement in statements) need.Add(statement, tables);
        need._texts.AddRange(alsoNaming);
        return need;
    }

    /// <summary>Whether a column may be read.</summary>
    public bool Includes(string column) =>
        All || column.Length == 0 || !column.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') || _texts.Exists(text => text.Contains(column, StringComparison.OrdinalIgnoreCase));

    private void Add(string statement, IReadOnlyCollection<string> tables)
    {
        _texts.Add(statement);
        _words.Clear();
        _words.AddRange(Split(statement));
        var rows = RowNames(tables);
        for (var at = 0; at < _words.Count && !All; at++)
        {
            var (before, word, after) = (Word(at - 1), _words[at], Word(at + 1));
            All = word switch
            {
                "*" => before is "," or "." or "" || !IsOperand(before) && before != "(" || before == "(" && after != ")" || !IsOperandStart(after),
                _ when word.Equals("from", StringComparison.OrdinalIgnoreCase) => BeforeSelectList.Contains(before),
                _ when TakesAll.Contains(word) => !IsHarmless(word, before, after),
                _ => rows.Contains(word) && after != "." && !IsTablePosition(at, tables),
            };
            // count(*) takes no column.
            if (word == "*" && before == "(" && after == ")" && Word(at - 2).Equals("count", StringComparison.OrdinalIgnoreCase)) All = false;
        }
    }

    private string Word(int at) => at >= 0 && at < _words.Count ? _words[at] : "";

    // GROUP BY, ORDER BY and PARTITION BY take the columns that they name.
    private static bool IsHarmless(string word, string before, string after) => word.Equals("by", StringComparison.OrdinalIgnoreCase)
        && !after.Equals("name", StringComparison.OrdinalIgnoreCase) && !after.Equals("all", StringComparison.OrdinalIgnoreCase)
        && (before.Equals("group", StringComparison.OrdinalIgnoreCase) || before.Equals("order", StringComparison.OrdinalIgnoreCase) || before.Equals("partition", StringComparison.OrdinalIgnoreCase));

    private HashSet<string> RowNames(IReadOnlyCollection<string> tables)
    {
        var names = new HashSet<string>(tables, StringComparer.OrdinalIgnoreCase);
        for (var at = 0; at < _words.Count; at++)
        {
            if (!tables.Contains(_words[at], StringComparer.OrdinalIgnoreCase) || Word(at - 1) != ".") continue;
            var alias = Word(at + 1).Equals("as", StringComparison.OrdinalIgnoreCase) ? Word(at + 2) : Word(at + 1);
            if (alias.Length > 0 && IsName(alias)) names.Add(alias);
        }
        return names;
    }

    // The table's own place (ns.name) and that of its alias.
    private bool IsTablePosition(int at, IReadOnlyCollection<string> tables) =>
        Word(at - 1) == "." && Word(at - 2).Length > 0 && tables.Contains(_words[at], StringComparer.OrdinalIgnoreCase)
        || IsTable(at - 1, tables) || Word(at - 1).Equals("as", StringComparison.OrdinalIgnoreCase) && IsTable(at - 2, tables);

    private bool IsTable(int at, IReadOnlyCollection<string> tables) => Word(at - 1) == "." && tables.Contains(Word(at), StringComparer.OrdinalIgnoreCase);

    private static bool IsOperand(string word) => word.Length > 0 && (IsName(word) && !EndsList.Contains(word) && !word.Equals("select", StringComparison.OrdinalIgnoreCase)
        && !word.Equals("distinct", StringComparison.OrdinalIgnoreCase) && !word.Equals("all", StringComparison.OrdinalIgnoreCase) || word[0] is '\'' or ')' or ']' or '}' or '$' or '?');

    private static bool IsOperandStart(string word) => word.Length > 0 && (IsName(word) && !EndsList.Contains(word) || word[0] is '\'' or '(' or '-' or '+' or '$' or '?' or '[' or '{');

    private static bool IsName(string word) => char.IsLetterOrDigit(word[0]) || word[0] == '_';

    /// <summary>Words and signs, without comments; a quoted name as its content, a literal as one quote.</summary>
    private static IEnumerable<string> Split(string sql)
    {
        for (var at = 0; at < sql.Length;)
        {
            var letter = sql[at];
            if (char.IsWhiteSpace(letter)) at++;
            else if (letter == '-' && Next(sql, at) == '-') at = End(sql, "\n", at + 2);
            else if (letter == '/' && Next(sql, at) == '*') at = End(sql, "*/", at + 2);
            else if (letter is '\'' or '"')
            {
                var text = Quoted(sql, ref at);
                yield return letter == '\'' ? "'" : text.Length == 0 ? "_" : text;
            }
            else if (char.IsLetterOrDigit(letter) || letter == '_')
            {
                var start = at;
                while (at < sql.Length && (char.IsLetterOrDigit(sql[at]) || sql[at] == '_')) at++;
                yield return sql[start..at];
            }
            else yield return sql[at++].ToString();
        }
    }

    private static char Next(string sql, int at) => at + 1 < sql.Length ? sql[at + 1] : '\0';

    private static int End(string sql, string mark, int from) => sql.IndexOf(mark, from, StringComparison.Ordinal) is var end and >= 0 ? end + mark.Length : sql.Length;

    private static string Quoted(string sql, ref int at)
    {
        var (quote, text) = (sql[at++], new StringBuilder());
        for (; at < sql.Length; at++)
        {
            if (sql[at] == quote && Next(sql, at) != quote) break;
            if (sql[at] == quote) at++;
            text.Append(sql[at]);
        }
        at++;
        return text.ToString();
    }
}
