using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Sql;

namespace DataGrid.Engine.SqlGate;

/// <summary>What the gate says about a SQL text.</summary>
/// <param name="Reading">What the text says; null when it could not be parsed as SELECTs.</param>
/// <param name="Tree">The parse tree; undefined when it could not be parsed.</param>
/// <param name="Findings">Every reason to refuse it; empty when it may be bound.</param>
public sealed record SqlGateOutcome(SqlReading? Reading, JsonElement Tree, ImmutableArray<SqlFinding> Findings)
{
    /// <summary>Whether it may be bound and run.</summary>
    public bool Passes => Findings.IsEmpty;

    /// <summary>The findings as people read them.</summary>
    public ImmutableArray<Problem> Problems => [.. Findings.Select(static finding => finding.Problem)];
}

/// <summary>A text that was parsed, not yet judged.</summary>
/// <param name="Reading">What it says; null when it could not be parsed as SELECTs.</param>
/// <param name="Tree">The parse tree; undefined when it could not be parsed.</param>
/// <param name="Refusal">Why it could not be parsed.</param>
internal sealed record ParsedText(SqlReading? Reading, JsonElement Tree, SqlFinding? Refusal);

/// <summary>The gate between user SQL and the engine: an allow-list over DuckDB's own parse tree. The first of two walls; the locked instance is the other.</summary>
/// <remarks>A text that passes must still be bound, and its bound plan pass <see cref="BoundPlanRules"/>: only there are macros expanded and names resolved.</remarks>
public sealed class SelectGate
{
    private readonly SqlParser _parser;
    private readonly SqlGateOptions _options;

    /// <summary>A gate on a parser that stays the caller's.</summary>
    public SelectGate(SqlParser parser, SqlGateOptions? options = null)
    {
        (_parser, _options) = (parser, options ?? new SqlGateOptions());
        if (_options.Validate().FirstOrDefault() is { } wrong) throw new ArgumentException(wrong, nameof(options));
    }

    /// <summary>Judges a SELECT: a model, a check's SELECT or an ad-hoc query.</summary>
    public SqlGateOutcome Check(SqlSource source, SqlGateContext context) => Judge(Parse(source), source, context);

    /// <summary>Reads a text without judging it.</summary>
    internal ParsedText Parse(SqlSource source)
    {
        if (CheckText(source) is { } textual) return new ParsedText(null, default, textual);
        var tree = _parser.Parse(source.Text);
        if (tree.Error is { } error) return new ParsedText(null, default, Refuse(source, error));
        return new ParsedText(SqlTreeReader.Read(tree.Root, source), tree.Root, null);
    }

    /// <summary>Judges what <see cref="Parse"/> made of the same source.</summary>
    internal SqlGateOutcome Judge(ParsedText parsed, SqlSource source, SqlGateContext context) => parsed.Reading is { } reading
        ? new SqlGateOutcome(reading, parsed.Tree, [.. SqlRules.Judge(reading, source, context, _options)])
        : new SqlGateOutcome(null, default, [parsed.Refusal!]);

    /// <summary>Judges a row check's predicate: exactly one expression over the columns of one row, without subqueries, aggregates and windows. What passes
    /// can be put between parentheses, on lines of its own, wherever an expression may stand.</summary>
    public SqlGateOutcome CheckExpression(SqlSource source, SqlGateContext context) => new PredicateGate(_parser, _options, this).Check(source, context);

    /// <summary>Characters and length: what is decided before any parser sees the text.</summary>
    internal SqlFinding? CheckText(SqlSource source)
    {
        var text = source.Text;
        if (Encoding.UTF8.GetByteCount(text) > _options.MaxTextBytes)
        {
            return new SqlFinding(SqlRefusal.TooComplex, source.Problem(ErrorCodes.SqlForbidden,
                $"the SQL is longer than {_options.MaxTextBytes / 1024} KiB", null, "keep data in files and read them as a source; split long queries into models"));
        }
        for (var i = 0; i < text.Length; i++)
        {
            if (IsPlain(text, i)) continue;
            return new SqlFinding(SqlRefusal.ControlCharacter, source.Problem(ErrorCodes.SqlForbidden,
                $"the SQL has the control character U+{(int)text[i]:X4}", i, "remove it, or write it with chr(n)"));
        }
        return null;
    }

    internal static SqlFinding Refuse(SqlSource source, SqlParseError error)
    {
        if (error.IsTooComplex)
        {
            return new SqlFinding(SqlRefusal.TooComplex,
                source.Problem(ErrorCodes.SqlForbidden, "the SQL is nested too deeply to be parsed", null, "split it into CTEs or several models"));
        }
        if (error.IsNotSelect) return NotSelect(source);
        int? index = error.CodePoint is { } offset ? source.IndexOfCodePoint(offset) : null;
        return new SqlFinding(SqlRefusal.Syntax, source.Problem(ErrorCodes.SqlSyntax, FirstLine(error.Message), index, "correct the SQL; the dialect is DuckDB's"));
    }

    private static SqlFinding NotSelect(SqlSource source)
    {
        var start = SqlLexer.FirstToken(source.Text);
        var keyword = SqlLexer.WordAt(source.Text, start).ToUpperInvariant();
        var (what, help) = keyword switch
        {
            "PIVOT" => ("a PIVOT without a list of values reads the data to find its columns", "name the values: PIVOT … ON column IN ('a', 'b') …"),
            "SELECT" or "WITH" or "FROM" or "VALUES" or "" => ("only one SELECT is allowed, and there is another statement here", "remove the other statement"),
            _ => ($"{keyword} is not allowed: only one SELECT is", "write a SELECT; storing, loading and settings are DataGrid's work"),
        };
        return new SqlFinding(SqlRefusal.NotSelect, source.Problem(ErrorCodes.SqlForbidden, what, start, help));
    }

    private static string FirstLine(string message)
    {
        var line = message.AsSpan().Trim();
        var end = line.IndexOf('\n');
        return (end < 0 ? line : line[..end]).TrimEnd('.').ToString();
    }

    private static bool IsPlain(string text, int i)
    {
        var c = text[i];
        if (char.IsHighSurrogate(c)) return i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
        if (char.IsLowSurrogate(c)) return i > 0 && char.IsHighSurrogate(text[i - 1]);
        return c is '\t' or '\n' or '\r' || !char.IsControl(c);
    }
}
