using System.Collections.Immutable;

namespace DataGrid.Core.Quality.Proofs;

/// <summary>The part of a predicate that can be reasoned about without rows. What is not understood is <see cref="Other"/>, about which nothing is known.</summary>
public abstract record PredicateNode
{
    private PredicateNode()
    {
    }

    /// <summary>AND.</summary>
    public sealed record All(ImmutableArray<PredicateNode> Parts) : PredicateNode;

    /// <summary>OR.</summary>
    public sealed record Any(ImmutableArray<PredicateNode> Parts) : PredicateNode;

    /// <summary>NOT.</summary>
    public sealed record Not(PredicateNode Part) : PredicateNode;

    /// <summary>A subject IS NULL.</summary>
    public sealed record IsNull(RowSubject Subject) : PredicateNode;

    /// <summary>A subject compared with a constant; NULL where the subject is.</summary>
    public sealed record Compare(RowSubject Subject, Comparison Comparison, PredicateConstant Constant) : PredicateNode;

    /// <summary>Anything else: true, false or NULL.</summary>
    public sealed record Other : PredicateNode;
}

/// <summary>How a subject is compared with a constant; the subject stands on the left.</summary>
public enum Comparison
{
    /// <summary>&lt;</summary>
    Less,
    /// <summary>&lt;=</summary>
    LessOrEqual,
    /// <summary>=</summary>
    Equal,
    /// <summary>&lt;&gt;</summary>
    NotEqual,
    /// <summary>&gt;=</summary>
    GreaterOrEqual,
    /// <summary>&gt;</summary>
    Greater,
}

/// <summary>What a constant is; it decides with which columns it is compared in their own order.</summary>
public enum ConstantKind
{
    /// <summary>A whole or decimal number.</summary>
    Exact,
    /// <summary>A binary floating-point number.</summary>
    Double,
    /// <summary>A text literal, which takes the type of what it is compared with.</summary>
    Text,
    /// <summary>true or false.</summary>
    Boolean,
    /// <summary>DATE.</summary>
    Date,
    /// <summary>TIMESTAMP.</summary>
    Timestamp,
    /// <summary>TIMESTAMP WITH TIME ZONE.</summary>
    TimestampTz,
}

/// <summary>A constant of a predicate.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Sql">The constant as the engine reads it.</param>
public sealed record PredicateConstant(ConstantKind Kind, string Sql)
{
    /// <summary>
    /// Whether the engine compares a subject with this constant in the order of the subject's own type, by which bounds are made. It may widen the subject, which
    /// keeps the order, but must not turn it into another kind of value.
    /// </summary>
    /// <param name="type">The engine's text of the subject's type.</param>
    public bool KeepsOrderOf(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Kind switch
        {
            ConstantKind.Exact or ConstantKind.Double =>
                type is "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "FLOAT" or "DOUBLE" || type.StartsWith("DECIMAL(", StringComparison.Ordinal),
            ConstantKind.Text => type is "VARCHAR" or "DATE" or "TIMESTAMP" or "TIMESTAMP WITH TIME ZONE",
            ConstantKind.Boolean => type is "BOOLEAN",
            ConstantKind.Date or ConstantKind.Timestamp => type is "DATE" or "TIMESTAMP",
            ConstantKind.TimestampTz => type is "TIMESTAMP WITH TIME ZONE",
            _ => false,
        };
    }
}
