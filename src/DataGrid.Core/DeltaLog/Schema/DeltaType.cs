using System.Collections.Immutable;

namespace DataGrid.Core.DeltaLog.Schema;

/// <summary>A type of the protocol. Types compare by structure; the metadata of nested fields counts, its order does not.</summary>
public abstract record DeltaType
{
    /// <summary>The type as the protocol's documents write it: <c>long</c>, <c>array&lt;decimal(10,2)&gt;</c>, <c>struct&lt;a: string&gt;</c>.</summary>
    public sealed override string ToString() => this switch
    {
        PrimitiveType primitive => primitive.Name,
        DecimalType number => $"decimal({number.Precision},{number.Scale})",
        ArrayType array => $"array<{array.Element}>",
        MapType map => $"map<{map.Key}, {map.Value}>",
        StructType structure => $"struct<{string.Join(", ", structure.Fields.Select(static field => $"{field.Name}: {field.Type}"))}>",
        _ => GetType().Name,
    };
}

/// <summary>A type without parameters.</summary>
/// <param name="Name">The protocol's name.</param>
public sealed record PrimitiveType(string Name) : DeltaType
{
    /// <summary>UTF-8 text.</summary>
    public static PrimitiveType Text { get; } = new("string");

    /// <summary>64-bit integer.</summary>
    public static PrimitiveType Long { get; } = new("long");

    /// <summary>32-bit integer.</summary>
    public static PrimitiveType Integer { get; } = new("integer");

    /// <summary>16-bit integer.</summary>
    public static PrimitiveType Short { get; } = new("short");

    /// <summary>8-bit integer.</summary>
    public static PrimitiveType Byte { get; } = new("byte");

    /// <summary>32-bit floating point.</summary>
    public static PrimitiveType Float { get; } = new("float");

    /// <summary>64-bit floating point.</summary>
    public static PrimitiveType Double { get; } = new("double");

    /// <summary>True or false.</summary>
    public static PrimitiveType Boolean { get; } = new("boolean");

    /// <summary>Bytes.</summary>
    public static PrimitiveType Binary { get; } = new("binary");

    /// <summary>A calendar day.</summary>
    public static PrimitiveType Date { get; } = new("date");

    /// <summary>A point in time, in microseconds UTC.</summary>
    public static PrimitiveType Timestamp { get; } = new("timestamp");

    /// <summary>A reading of calendar and clock, in microseconds, without a time zone.</summary>
    public static PrimitiveType TimestampNtz { get; } = new("timestamp_ntz");

    /// <summary>Only NULL; such a column is in no file.</summary>
    public static PrimitiveType Void { get; } = new("void");

    private static readonly ImmutableHashSet<string> Names =
        [.. new[] { Text, Long, Integer, Short, Byte, Float, Double, Boolean, Binary, Date, Timestamp, TimestampNtz, Void }.Select(static type => type.Name)];

    /// <summary>Whether the protocol has a primitive type of this name that is understood here.</summary>
    public static bool IsKnown(string name) => Names.Contains(name);
}

/// <summary>An exact number.</summary>
/// <param name="Precision">All digits, 1 to 38.</param>
/// <param name="Scale">Digits after the point, 0 to <paramref name="Precision"/>.</param>
public sealed record DecimalType(int Precision, int Scale) : DeltaType;

/// <summary>A list.</summary>
/// <param name="Element">Of what.</param>
/// <param name="ContainsNull">Whether elements may be NULL.</param>
public sealed record ArrayType(DeltaType Element, bool ContainsNull) : DeltaType;

/// <summary>Keys and values.</summary>
/// <param name="Key">The keys' type.</param>
/// <param name="Value">The values' type.</param>
/// <param name="ValueContainsNull">Whether values may be NULL.</param>
public sealed record MapType(DeltaType Key, DeltaType Value, bool ValueContainsNull) : DeltaType;

/// <summary>Named fields; also a table's whole schema.</summary>
/// <param name="Fields">In order.</param>
public sealed record StructType(ImmutableArray<StructField> Fields) : DeltaType
{
    /// <summary>The field of that name, compared without case as SQL does; <c>null</c> when there is none.</summary>
    public StructField? Find(string name) => Fields.FirstOrDefault(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public bool Equals(StructType? other) => other is not null && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var field in Fields) hash.Add(field);
        return hash.ToHashCode();
    }
}

/// <summary>One field of a struct: a column, or part of one.</summary>
public sealed record StructField
{
    /// <summary>The name that people and SQL use.</summary>
    public required string Name { get; init; }

    /// <summary>Its type.</summary>
    public required DeltaType Type { get; init; }

    /// <summary>Whether it may be NULL.</summary>
    public bool Nullable { get; init; } = true;

    /// <summary>The field's metadata as the log has it, each value as JSON text; entries that are not understood here are kept.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; init; } = NoMetadata;

    /// <summary>No metadata.</summary>
    public static ImmutableSortedDictionary<string, string> NoMetadata { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>What the field means, for people; <c>null</c> when nobody said.</summary>
    public string? Comment => FieldMetadata.Text(this, FieldMetadata.CommentKey);

    /// <summary>The name in data files, partition values and statistics: another one than <see cref="Name"/> only under column mapping.</summary>
    public string PhysicalName => FieldMetadata.Text(this, FieldMetadata.PhysicalNameKey) ?? Name;

    /// <summary>The number that stands for the column in data files under column mapping; <c>null</c> without.</summary>
    public int? ColumnId => FieldMetadata.Number(this, FieldMetadata.IdKey);

    /// <inheritdoc/>
    public bool Equals(StructField? other) =>
        other is not null && Name == other.Name && Type == other.Type && Nullable == other.Nullable && Metadata.SequenceEqual(other.Metadata);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name.Length, Type.GetType(), Nullable, Metadata.Count);
}
