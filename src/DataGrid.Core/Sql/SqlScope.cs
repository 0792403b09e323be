namespace DataGrid.Core.Sql;

/// <summary>The CTE names that a place in a query can see: an immutable list that grows inwards.</summary>
/// <remarks>DuckDB folds identifiers by ASCII only, so the Kelvin sign is not a <c>k</c> here either. Being told "a CTE" where the engine sees a file would
/// open the machine; the other mistake only refuses a query. In doubt a name is not a CTE.</remarks>
internal sealed class SqlScope
{
    private readonly SqlScope? _outer;
    private readonly string _name;
    private readonly bool _isRecurring;

    private SqlScope(SqlScope? outer, string name, bool isRecurring) => (_outer, _name, _isRecurring) = (outer, name, isRecurring);

    /// <summary>No CTE is visible.</summary>
    public static SqlScope? Empty => null;

    /// <summary>Adds a CTE. A recurring one can also be read as <c>recurring.name</c>.</summary>
    public static SqlScope Add(SqlScope? scope, string name, bool isRecurring = false) => new(scope, name, isRecurring);

    /// <summary>Whether an unqualified or <c>recurring</c> name means a CTE.</summary>
    public static bool Holds(SqlScope? scope, string catalog, string schema, string name)
    {
        if (catalog.Length > 0) return false;
        var asRecurring = SqlName.Same(schema, "recurring");
        if (schema.Length > 0 && !asRecurring) return false;
        for (var at = scope; at is not null; at = at._outer)
            if (SqlName.Same(at._name, name) && (!asRecurring || at._isRecurring)) return true;
        return false;
    }
}

/// <summary>Comparison of identifiers as DuckDB does it: ASCII letters without case, everything else exactly.</summary>
public static class SqlName
{
    /// <summary>Whether two identifiers are the same to the engine.</summary>
    public static bool Same(string left, string right)
    {
        if (left.Length != right.Length) return false;
        for (var i = 0; i < left.Length; i++)
            if (Fold(left[i]) != Fold(right[i])) return false;
        return true;
    }

    /// <summary>The same comparison for sets and maps.</summary>
    public static IEqualityComparer<string> Comparer { get; } = new FoldingComparer();

    /// <summary>An identifier in its folded form.</summary>
    public static string Fold(string name) => string.Create(name.Length, name, static (span, text) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = Fold(text[i]);
    });

    private static char Fold(char c) => c is >= 'A' and <= 'Z' ? (char)(c + 32) : c;

    private sealed class FoldingComparer : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) => x is null || y is null ? ReferenceEquals(x, y) : Same(x, y);

        public int GetHashCode(string obj)
        {
            var hash = new HashCode();
            foreach (var c in obj) hash.Add(Fold(c));
            return hash.ToHashCode();
        }
    }
}
