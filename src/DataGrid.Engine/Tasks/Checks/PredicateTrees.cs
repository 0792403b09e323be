using System.Text.Json;
using DataGrid.Contracts.Quality;
using DataGrid.Core.Quality.Proofs;
using DataGrid.Core.Sql;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Tasks.Checks;

/// <summary>Predicates as trees and subjects as text again, both by the engine itself.</summary>
internal sealed class PredicateTrees(DuckDbConnection connection, CancellationToken cancellation)
{
    private const string Select = "SELECT ";

    private static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = SqlTreeReader.MaxJsonDepth };

    /// <summary>What each check demands of a row; null when the engine cannot say.</summary>
    public List<PredicateNode>? Parse(IReadOnlyList<CheckSpec> checks)
    {
        // The line breaks end trailing comments.
        var select = $"{Select}{string.Join(", ", checks.Select(c => $"(\n{c.Expression}\n)"))}";
        try
        {
            var json = connection.ExecuteScalar<string>("SELECT json_serialize_sql($sql::VARCHAR, skip_null := true)::VARCHAR", new Dictionary<string, object?> { ["sql"] = select }, cancellation);
            using var tree = JsonDocument.Parse(json ?? "{}", JsonOptions);
            return Expressions(tree.RootElement) is { } list && list.Count == checks.Count ? [.. list.Select(PredicateReader.Read)] : null;
        }
        catch (Exception e) when (e is DuckDbException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The subjects as SQL. One is left out whose text the engine would not read as that same subject again; none is there when it cannot write one of them.</summary>
    public Dictionary<RowSubject, string> Render(IReadOnlyCollection<RowSubject> subjects)
    {
        var rendered = subjects.Where(s => s.IsColumn).ToDictionary(s => s, s => SqlText.QuoteIdentifier(s.Text));
        var expressions = subjects.Where(s => !s.IsColumn).ToList();
        if (expressions.Count == 0)
            return rendered;
        var trees = string.Join(", ", expressions.Select((s, i) => $"({i}, {SqlText.QuoteLiteral(Statement(s.Text))})"));
        try
        {
            using var result = connection.Query(
                $"SELECT i, sql, json_serialize_sql(sql, skip_null := true)::VARCHAR FROM (SELECT i, json_deserialize_sql(tree::JSON) AS sql FROM (VALUES {trees}) AS trees(i, tree))", cancellation);
            foreach (var row in result.ReadRows(cancellation))
            {
                var (subject, sql) = (expressions[(int)row[0]!], (string)row[1]!);
                using var again = JsonDocument.Parse((string)row[2]!, JsonOptions);
                if (sql.StartsWith(Select, StringComparison.Ordinal) && Expressions(again.RootElement) is [var expression] && SubjectReader.Text(expression) == subject.Text)
                    rendered.Add(subject, sql[Select.Length..]);
            }
            return rendered;
        }
        catch (Exception e) when (e is DuckDbException or JsonException)
        {
            return [];
        }
    }

    /// <summary>The tree of a SELECT that gives one expression, and nothing else.</summary>
    private static string Statement(string expression) =>
        $$$"""
        {"error":false,"statements":[{"node":{"type":"SELECT_NODE","modifiers":[],"cte_map":{"map":[]},"select_list":[{{{expression}}}],"from_table":{"type":"EMPTY","alias":""},
        "group_expressions":[],"group_sets":[],"aggregate_handling":"STANDARD_HANDLING"},"named_param_map":[]}]}
        """;

    private static List<JsonElement>? Expressions(JsonElement tree) =>
        tree.TryGetProperty("statements", out var statements) && statements.GetArrayLength() == 1 ? [.. statements[0].GetProperty("node").GetProperty("select_list").EnumerateArray()] : null;
}
