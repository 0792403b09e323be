using System.Text.Json;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Sql;

namespace DataGrid.Engine.SqlGate;

/// <summary>Proves that a text is exactly one expression over one row, so that it may be put between parentheses in SQL of ours.</summary>
/// <remarks>
/// The text is parsed twice: alone behind SELECT, and between parentheses on lines of their own. Both must be one SELECT of one unnamed expression and
/// nothing else, and the two expressions must be the same tree. <c>a) IN (b</c>, <c>1) --</c>, <c>1 FROM x</c>, <c>1, 2</c> and <c>a LIMIT 1</c> all fail
/// one of the two.
/// </remarks>
internal sealed class PredicateGate(SqlParser parser, SqlGateOptions options, SelectGate gate)
{
    private const string Prefix = "SELECT ";

    public SqlGateOutcome Check(SqlSource source, SqlGateContext context)
    {
        if (gate.CheckText(source) is { } textual) return new SqlGateOutcome(null, default, [textual]);
        var alone = parser.Parse(Prefix + source.Text);
        if (alone.Error is { } error) return Refused(SelectGate.Refuse(source, error with { CodePoint = error.CodePoint - Prefix.Length }));
        var reading = SqlTreeReader.Read(alone.Root, source, Prefix.Length);
        var enclosed = parser.Parse($"SELECT (\n{source.Text}\n)");
        if (alone.SingleExpression() is not { } expression || enclosed.Error is not null || enclosed.SingleExpression() is not { } inner || !SameTree(expression, inner))
            return Refused(NotOne(source), reading);
        var findings = SqlRules.Judge(reading, source, context with { Purpose = SqlPurpose.Check }, options).ToList();
        if (Forbidden(expression) is { } construct) findings.Add(RowOnly(source, construct));
        return new SqlGateOutcome(reading, expression, [.. findings]);
    }

    private static SqlGateOutcome Refused(SqlFinding finding, SqlReading? reading = null) => new(reading, default, [finding]);

    private static SqlFinding NotOne(SqlSource source) => new(SqlRefusal.Unsupported, source.Problem(
        ErrorCodes.CheckInvalid, "a predicate is one expression that is true or false for a row, and this is something else", 0,
        "write for example: amount >= 0 AND currency IN ('EUR', 'USD')"));

    private static SqlFinding RowOnly(SqlSource source, string construct) => new(SqlRefusal.Unsupported, source.Problem(
        ErrorCodes.CheckInvalid, $"a predicate is decided row by row and cannot hold {construct}", 0,
        "compute it as a column of the model, or write a check with 'query:' that sees the whole table"));

    /// <summary>What a row check cannot hold, for people; null when there is nothing.</summary>
    private static string? Forbidden(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array) return element.EnumerateArray().Select(Forbidden).FirstOrDefault(static found => found is not null);
        if (element.ValueKind != JsonValueKind.Object) return null;
        var name = Text(element, "function_name") ?? "";
        return Text(element, "class") switch
        {
            "SUBQUERY" => "a subquery",
            "WINDOW" => $"a window function ({name})",
            "STAR" => "a star",
            "FUNCTION" when SqlFunctions.Find(name) is var kinds && kinds.HasFlag(SqlFunctionKinds.Aggregate) && !kinds.HasFlag(SqlFunctionKinds.Scalar) => $"an aggregate ({name})",
            "FUNCTION" when name is "unnest" or "unlist" or "generate_subscripts" or "regexp_split_to_table" => $"a function that makes rows ({name})",
            _ => element.EnumerateObject().Select(static property => Forbidden(property.Value)).FirstOrDefault(static found => found is not null),
        };
    }

    /// <summary>Whether two trees are the same but for positions.</summary>
    private static bool SameTree(JsonElement left, JsonElement right)
    {
        if (left.ValueKind != right.ValueKind) return false;
        switch (left.ValueKind)
        {
            case JsonValueKind.Object:
                var ours = left.EnumerateObject().Where(static property => property.Name != "query_location").ToList();
                var theirs = right.EnumerateObject().Where(static property => property.Name != "query_location").ToList();
                return ours.Count == theirs.Count && ours.Zip(theirs).All(static pair => pair.First.Name == pair.Second.Name && SameTree(pair.First.Value, pair.Second.Value));
            case JsonValueKind.Array:
                return left.GetArrayLength() == right.GetArrayLength() && left.EnumerateArray().Zip(right.EnumerateArray()).All(static pair => SameTree(pair.First, pair.Second));
            default:
                return left.GetRawText() == right.GetRawText();
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
