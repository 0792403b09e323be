using System.Collections.Immutable;

namespace DataGrid.Core.Quality.Proofs;

/// <summary>What a predicate speaks about: a column of the row as it is, or an expression over columns that gives the same for the same row.</summary>
public sealed class RowSubject : IEquatable<RowSubject>
{
    private RowSubject(string text, bool isColumn, ImmutableArray<string> columns) => (Text, IsColumn, Columns) = (text, isColumn, columns);

    /// <summary>The column's name, or the engine's tree of the expression as JSON without the places in the text.</summary>
    public string Text { get; }

    /// <summary>Whether it is a column as it is.</summary>
    public bool IsColumn { get; }

    /// <summary>The names in it. They are columns only if the rows have such columns: <c>current_date</c> looks the same.</summary>
    public ImmutableArray<string> Columns { get; }

    /// <summary>A column.</summary>
    /// <param name="name">Its name, in any case.</param>
    public static RowSubject Column(string name) => new(name, isColumn: true, [name]);

    /// <summary>An expression.</summary>
    /// <param name="tree">Its tree; the same text is the same expression.</param>
    /// <param name="columns">The names in it.</param>
    public static RowSubject Expression(string tree, ImmutableArray<string> columns) => new(tree, isColumn: false, columns);

    /// <inheritdoc/>
    public bool Equals(RowSubject? other) => other is not null && IsColumn == other.IsColumn && Comparer.Equals(Text, other.Text);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RowSubject);

    /// <inheritdoc/>
    public override int GetHashCode() => Comparer.GetHashCode(Text);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Names of columns have no case; what stands in an expression may be text.</summary>
    private StringComparer Comparer => IsColumn ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
}
