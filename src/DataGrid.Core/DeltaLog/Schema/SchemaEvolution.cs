using System.Collections.Immutable;

namespace DataGrid.Core.DeltaLog.Schema;

/// <summary>Which changes of a table's schema a commit may bring.</summary>
[Flags]
public enum EvolutionPolicy
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>New columns may be added; older rows have NULL in them.</summary>
    AddColumns = 1,

    /// <summary>A column's type may become a wider one.</summary>
    WidenTypes = 2,

    /// <summary>What does not break readers.</summary>
    Compatible = AddColumns | WidenTypes,

    /// <summary>Anything, since every row is written anew.</summary>
    Replace = 4,
}

/// <summary>One change that is not allowed.</summary>
/// <param name="Column">The column's path: <c>address.zip</c>.</param>
/// <param name="From">The type in the table; <c>null</c> when the column is not there.</param>
/// <param name="To">The type in the new data; <c>null</c> when the column is missing there.</param>
/// <param name="Message">What is wrong with it and what to do, in one sentence.</param>
public sealed record SchemaProblem(string Column, string? From, string? To, string Message);

/// <summary>What to do about a difference between a table's schema and that of new data.</summary>
public abstract record SchemaDecision
{
    private SchemaDecision() { }

    /// <summary>The new data fit.</summary>
    public sealed record Unchanged : SchemaDecision;

    /// <summary>The table takes this schema.</summary>
    /// <param name="Schema">The table's new schema.</param>
    /// <param name="Features">Features that the table's protocol must have for it.</param>
    public sealed record Evolved(StructType Schema, ImmutableArray<string> Features) : SchemaDecision;

    /// <summary>The new data may not be added.</summary>
    /// <param name="Problems">Every reason; at least one.</param>
    public sealed record Breaking(ImmutableArray<SchemaProblem> Problems) : SchemaDecision
    {
        /// <summary>All reasons in one text.</summary>
        public string Message => string.Join("; ", Problems.Select(static problem => problem.Message));
    }
}

/// <summary>Decides how new data may change a table's schema.</summary>
public static class SchemaEvolution
{
    /// <summary>Decides.</summary>
    /// <param name="current">The table's schema.</param>
    /// <param name="incoming">The schema of the files to be added.</param>
    /// <param name="policy">What is allowed.</param>
    /// <param name="knownColumns">Columns that the writer knew when it read the table. One that came later may be missing in its files (they have NULL there);
    /// one that it knew may not. <c>null</c>: it knew all.</param>
    public static SchemaDecision Decide(StructType current, StructType incoming, EvolutionPolicy policy, IReadOnlySet<string>? knownColumns = null)
    {
        if (SameNameTwice(incoming) is { } twice)
            return new SchemaDecision.Breaking([new SchemaProblem(twice, null, null, $"the column '{twice}' occurs twice; names are compared without case")]);
        if (policy.HasFlag(EvolutionPolicy.Replace))
        {
            var replaced = CarryMetadata(current, incoming);
            return replaced == current ? new SchemaDecision.Unchanged() : new SchemaDecision.Evolved(replaced, FeaturesOf(replaced));
        }
        var merge = new SchemaMerge(policy, knownColumns);
        var merged = merge.Merge(current, incoming, "");
        if (merge.Problems.Count > 0) return new SchemaDecision.Breaking([.. merge.Problems]);
        if (merged == current) return new SchemaDecision.Unchanged();
        return new SchemaDecision.Evolved(merged, merge.Widened ? [.. FeaturesOf(merged), TableFeatures.TypeWidening] : FeaturesOf(merged));
    }

    /// <summary>The features that a table's protocol must list for these types.</summary>
    public static ImmutableArray<string> FeaturesOf(DeltaType type) => Uses(type, PrimitiveType.TimestampNtz) ? [TableFeatures.TimestampNtz] : [];

    /// <summary>Whether every value of <paramref name="from"/> has an equal one in
    /// <paramref name="to"/>, in the way that the protocol's type widening allows.</summary>
    public static bool CanWiden(DeltaType from, DeltaType to) => (from, to) switch
    {
        (PrimitiveType narrow, PrimitiveType wide) => (narrow.Name, wide.Name) is
            ("byte", "short" or "integer" or "long" or "double") or ("short", "integer" or "long" or "double") or ("integer", "long" or "double")
            or ("float", "double") or ("date", "timestamp_ntz"),
        (DecimalType narrow, DecimalType wide) => wide != narrow && wide.Precision - narrow.Precision >= wide.Scale - narrow.Scale && wide.Scale >= narrow.Scale,
        // The protocol's text asks for ten digits and twenty; its own writers make do with as many as the integer has, which loses nothing either.
        (PrimitiveType { Name: "byte" }, DecimalType wide) => wide.Precision - wide.Scale >= 3,
        (PrimitiveType { Name: "short" }, DecimalType wide) => wide.Precision - wide.Scale >= 5,
        (PrimitiveType { Name: "integer" }, DecimalType wide) => wide.Precision - wide.Scale >= 10,
        (PrimitiveType { Name: "long" }, DecimalType wide) => wide.Precision - wide.Scale >= 19,
        _ => false,
    };

    /// <summary>Whether a commit may widen a column so by itself. The protocol also lets integers
    /// become fractions; that changes what the numbers mean, so a person must ask for it.</summary>
    internal static bool MayWiden(DeltaType from, DeltaType to) => CanWiden(from, to) && (from, to) is (PrimitiveType, PrimitiveType { Name: not "double" })
        or (PrimitiveType { Name: "float" }, PrimitiveType) or (DecimalType, DecimalType);

    private static bool Uses(DeltaType type, DeltaType wanted) => type == wanted || type switch
    {
        ArrayType array => Uses(array.Element, wanted),
        MapType map => Uses(map.Key, wanted) || Uses(map.Value, wanted),
        StructType structure => structure.Fields.Any(field => Uses(field.Type, wanted)),
        _ => false,
    };

    private static string? SameNameTwice(StructType schema) =>
        schema.Fields.GroupBy(static field => field.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(static group => group.Count() > 1)?.Key;

    // A replaced table keeps what people wrote about columns that stay, unless the new schema says something itself.
    private static StructType CarryMetadata(StructType current, StructType incoming) => new([.. incoming.Fields.Select(field =>
        field.Comment is null && current.Find(field.Name)?.Comment is { } comment ? FieldMetadata.WithText(field, FieldMetadata.CommentKey, comment) : field)]);
}
