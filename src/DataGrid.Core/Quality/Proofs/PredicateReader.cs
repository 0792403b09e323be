using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using DataGrid.Core.Sql;

namespace DataGrid.Core.Quality.Proofs;

/// <summary>Reads a predicate from the engine's own tree of it. The reading is closed: what is not listed here is <see cref="PredicateNode.Other"/>.</summary>
public static class PredicateReader
{
    private static readonly PredicateNode.Other Other = new();

    private static readonly PredicateConstant True = new(ConstantKind.Boolean, "true");

    /// <summary>Reads one expression.</summary>
    /// <param name="expression">An expression of the tree that <c>json_serialize_sql(sql, skip_null := true)</c> gives.</param>
    public static PredicateNode Read(JsonElement expression) => Composite(expression) ?? Whole(expression);

    private static PredicateNode? Composite(JsonElement expression)
    {
        var children = expression.Items("children");
        switch (expression.Text("class"), expression.Text("type"))
        {
            case ("CONJUNCTION", "CONJUNCTION_AND"):
                return new PredicateNode.All([.. children.Select(Read)]);
            case ("CONJUNCTION", "CONJUNCTION_OR"):
                return new PredicateNode.Any([.. children.Select(Read)]);
            case ("OPERATOR", "OPERATOR_NOT") when children.Length == 1:
                return new PredicateNode.Not(Read(children[0]));
            case ("OPERATOR", "OPERATOR_IS_NULL") when children.Length == 1 && SubjectReader.Read(children[0]) is { } subject:
                return new PredicateNode.IsNull(subject);
            case ("OPERATOR", "OPERATOR_IS_NOT_NULL") when children.Length == 1 && SubjectReader.Read(children[0]) is { } subject:
                return new PredicateNode.Not(new PredicateNode.IsNull(subject));
            case ("OPERATOR", "COMPARE_IN") when children.Length > 1:
                return In(children);
            case ("OPERATOR", "COMPARE_NOT_IN") when children.Length > 1:
                return In(children) is { } any ? new PredicateNode.Not(any) : null;
            case ("BETWEEN", "COMPARE_BETWEEN"):
                return Between(expression);
            case ("COMPARISON", var comparison):
                return Compare(comparison, expression.Child("left"), expression.Child("right"));
            default:
                return null;
        }
    }

    /// <summary>An expression that is true or not, whatever is in it.</summary>
    private static PredicateNode Whole(JsonElement expression) =>
        SubjectReader.Read(expression) is { } subject ? new PredicateNode.Compare(subject, Comparison.Equal, True) : Other;

    private static PredicateNode.Compare? Compare(string? type, JsonElement left, JsonElement right)
    {
        Comparison? comparison = type switch
        {
            "COMPARE_LESSTHAN" => Comparison.Less,
            "COMPARE_LESSTHANOREQUALTO" => Comparison.LessOrEqual,
            "COMPARE_EQUAL" => Comparison.Equal,
            "COMPARE_NOTEQUAL" => Comparison.NotEqual,
            "COMPARE_GREATERTHANOREQUALTO" => Comparison.GreaterOrEqual,
            "COMPARE_GREATERTHAN" => Comparison.Greater,
            _ => null,
        };
        if (comparison is null)
            return null;
        if (Constant(right) is { } constant && SubjectReader.Read(left) is { } subject)
            return new PredicateNode.Compare(subject, comparison.Value, constant);
        if (Constant(left) is { } first && SubjectReader.Read(right) is { } turned)
            return new PredicateNode.Compare(turned, Turned(comparison.Value), first);
        return null;
    }

    private static Comparison Turned(Comparison comparison) => comparison switch
    {
        Comparison.Less => Comparison.Greater,
        Comparison.LessOrEqual => Comparison.GreaterOrEqual,
        Comparison.GreaterOrEqual => Comparison.LessOrEqual,
        Comparison.Greater => Comparison.Less,
        _ => comparison,
    };

    private static PredicateNode.All? Between(JsonElement expression) =>
        Constants([expression.Child("lower"), expression.Child("upper")]) is [var low, var high] && SubjectReader.Read(expression.Child("input")) is { } subject
            ? new PredicateNode.All([new PredicateNode.Compare(subject, Comparison.GreaterOrEqual, low), new PredicateNode.Compare(subject, Comparison.LessOrEqual, high)])
            : null;

    private static PredicateNode.Any? In(JsonElement[] children) =>
        Constants(children[1..]) is { } constants && SubjectReader.Read(children[0]) is { } subject
            ? new PredicateNode.Any([.. constants.Select(constant => new PredicateNode.Compare(subject, Comparison.Equal, constant))])
            : null;

    /// <summary>Constants that are compared together. The engine finds one type for all of them, which is each one's own only where they are of one kind.</summary>
    private static ImmutableArray<PredicateConstant>? Constants(JsonElement[] elements)
    {
        var constants = elements.Select(Constant).OfType<PredicateConstant>().ToImmutableArray();
        return constants.Length == elements.Length && constants.All(constant => constant.Kind == constants[0].Kind) ? constants : null;
    }

    private static PredicateConstant? Constant(JsonElement expression)
    {
        if (expression.Text("class") == "CONSTANT")
            return Literal(expression.Child("value"));
        if (expression.Text("class") != "CAST" || expression.Child("try_cast").ValueKind != JsonValueKind.False)
            return null;
        if (expression.Child("child") is var child && (child.Text("class") != "CONSTANT" || Literal(child.Child("value")) is not { } literal))
            return null;
        var type = expression.Child("cast_type");
        return Cast(type) is var (kind, name) ? new PredicateConstant(kind, $"CAST({literal.Sql} AS {name})") : null;
    }

    private static PredicateConstant? Literal(JsonElement value)
    {
        if (value.Child("is_null").ValueKind != JsonValueKind.False)
            return null;
        var (type, inner) = (value.Child("type"), value.Child("value"));
        switch (type.Text("id"), inner.ValueKind)
        {
            case ("TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT", JsonValueKind.Number):
                return new PredicateConstant(ConstantKind.Exact, inner.GetRawText());
            case ("DECIMAL", JsonValueKind.Number) when Decimal(type) is var (width, scale) && inner.TryGetInt64(out var unscaled):
                return new PredicateConstant(ConstantKind.Exact, $"CAST('{Digits(unscaled, scale)}' AS DECIMAL({width},{scale}))");
            case ("DOUBLE", JsonValueKind.Number):
                return new PredicateConstant(ConstantKind.Double, $"CAST('{inner.GetRawText()}' AS DOUBLE)");
            case ("BOOLEAN", JsonValueKind.True or JsonValueKind.False):
                return new PredicateConstant(ConstantKind.Boolean, inner.GetRawText());
            // The engine's interface takes no text with a zero byte in it.
            case ("VARCHAR", JsonValueKind.String) when inner.GetString() is { } text && !text.Contains('\0', StringComparison.Ordinal):
                return new PredicateConstant(ConstantKind.Text, $"'{text.Replace("'", "''", StringComparison.Ordinal)}'");
            default:
                return null;
        }
    }

    private static string Digits(long unscaled, int scale)
    {
        var digits = unscaled.ToString(CultureInfo.InvariantCulture).TrimStart('-').PadLeft(scale + 1, '0');
        return $"{(unscaled < 0 ? "-" : "")}{digits[..^scale]}{(scale > 0 ? "." : "")}{digits[^scale..]}";
    }

    private static (ConstantKind Kind, string Name)? Cast(JsonElement type) => type.Text("id") switch
    {
        "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" when type.Child("type_info").IsBlank() => (ConstantKind.Exact, type.Text("id")!),
        "DECIMAL" when Decimal(type) is var (width, scale) => (ConstantKind.Exact, string.Create(CultureInfo.InvariantCulture, $"DECIMAL({width},{scale})")),
        "DOUBLE" when type.Child("type_info").IsBlank() => (ConstantKind.Double, "DOUBLE"),
        "BOOLEAN" when type.Child("type_info").IsBlank() => (ConstantKind.Boolean, "BOOLEAN"),
        "DATE" when type.Child("type_info").IsBlank() => (ConstantKind.Date, "DATE"),
        "TIMESTAMP" when type.Child("type_info").IsBlank() => (ConstantKind.Timestamp, "TIMESTAMP"),
        "TIMESTAMP WITH TIME ZONE" when type.Child("type_info").IsBlank() => (ConstantKind.TimestampTz, "TIMESTAMP WITH TIME ZONE"),
        _ => null,
    };

    private static (int Width, int Scale)? Decimal(JsonElement type) =>
        type.Child("type_info") is var info && info.Text("type") == "DECIMAL_TYPE_INFO" && info.Number("width") is { } width && info.Number("scale") is { } scale && scale >= 0
            ? (width, scale)
            : null;
}
