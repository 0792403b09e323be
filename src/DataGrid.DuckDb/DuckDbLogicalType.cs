using DataGrid.DuckDb.Native;

namespace DataGrid.DuckDb;

/// <summary>A named part of a STRUCT or UNION.</summary>
/// <param name="Name">The field's name; empty for the fields of an unnamed struct.</param>
/// <param name="Type">The field's type.</param>
public sealed record DuckDbField(string Name, DuckDbLogicalType Type);

/// <summary>A DuckDB type in full, with everything nested in it. Two are equal when their SQL text is.</summary>
public sealed class DuckDbLogicalType : IEquatable<DuckDbLogicalType>
{
    private readonly Lazy<string> _sql;

    private DuckDbLogicalType(DuckDbTypeKind kind)
    {
        Kind = kind;
        _sql = new Lazy<string>(() => TypeSql.Print(this));
    }

    /// <summary>The outermost kind.</summary>
    public DuckDbTypeKind Kind { get; }

    /// <summary>A name laid over the physical type, e.g. <c>JSON</c> over VARCHAR; null when there is none.</summary>
    public string? Alias { get; private init; }

    /// <summary>DECIMAL's digits in total, 1 to 38; else 0.</summary>
    public int Width { get; private init; }

    /// <summary>DECIMAL's digits after the point; else 0.</summary>
    public int Scale { get; private init; }

    /// <summary>ARRAY's length; else 0.</summary>
    public long ArrayLength { get; private init; }

    /// <summary>ENUM's values in their order; else empty.</summary>
    public IReadOnlyList<string> EnumValues { get; private init; } = [];

    /// <summary>STRUCT's fields or UNION's members; for LIST and ARRAY one field <c>element</c>; for MAP <c>key</c> and <c>value</c>; else empty.</summary>
    public IReadOnlyList<DuckDbField> Fields { get; private init; } = [];

    /// <summary>The element type of a LIST or ARRAY.</summary>
    public DuckDbLogicalType Element => Fields[0].Type;

    /// <summary>The type as DuckDB writes it, e.g. <c>DECIMAL(18,3)</c>, <c>STRUCT(a INTEGER, b VARCHAR[])</c>.</summary>
    public string Sql => _sql.Value;

    /// <inheritdoc/>
    public bool Equals(DuckDbLogicalType? other) => other is not null && Sql == other.Sql;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DuckDbLogicalType);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Sql);

    /// <inheritdoc/>
    public override string ToString() => Sql;

    /// <summary>A type without parameters, e.g. <c>Of(DuckDbTypeKind.Integer)</c>.</summary>
    /// <exception cref="ArgumentException">The kind needs parameters.</exception>
    public static DuckDbLogicalType Of(DuckDbTypeKind kind) => kind switch
    {
        DuckDbTypeKind.Decimal or DuckDbTypeKind.Enum or DuckDbTypeKind.List or DuckDbTypeKind.Array or DuckDbTypeKind.Struct or DuckDbTypeKind.Map
            or DuckDbTypeKind.Union or DuckDbTypeKind.Invalid => throw new ArgumentException($"{kind} needs parameters.", nameof(kind)),
        _ => new DuckDbLogicalType(kind),
    };

    /// <summary>DECIMAL(<paramref name="width"/>,<paramref name="scale"/>).</summary>
    public static DuckDbLogicalType Decimal(int width, int scale) => new(DuckDbTypeKind.Decimal) { Width = width, Scale = scale };

    /// <summary>A list of <paramref name="element"/>.</summary>
    public static DuckDbLogicalType List(DuckDbLogicalType element) => new(DuckDbTypeKind.List) { Fields = [new DuckDbField("element", element)] };

    /// <summary>A STRUCT of these fields.</summary>
    public static DuckDbLogicalType Struct(params IReadOnlyList<DuckDbField> fields) => new(DuckDbTypeKind.Struct) { Fields = fields };

    /// <summary>A MAP.</summary>
    public static DuckDbLogicalType Map(DuckDbLogicalType key, DuckDbLogicalType value) =>
        new(DuckDbTypeKind.Map) { Fields = [new DuckDbField("key", key), new DuckDbField("value", value)] };

    /// <summary>Reads a native type; the caller still owns it.</summary>
    internal static unsafe DuckDbLogicalType Read(nint type)
    {
        var kind = (DuckDbTypeKind)NativeMethods.TypeId(type);
        var alias = Utf8.Owned(NativeMethods.TypeAlias(type));
        return new DuckDbLogicalType(kind)
        {
            Alias = string.IsNullOrEmpty(alias) ? null : alias,
            Width = kind == DuckDbTypeKind.Decimal ? NativeMethods.DecimalWidth(type) : 0,
            Scale = kind == DuckDbTypeKind.Decimal ? NativeMethods.DecimalScale(type) : 0,
            ArrayLength = kind == DuckDbTypeKind.Array ? checked((long)NativeMethods.ArraySize(type)) : 0,
            EnumValues = kind == DuckDbTypeKind.Enum ? ReadEnum(type) : [],
            Fields = ReadFields(kind, type),
        };
    }

    /// <summary>Reads a native type and destroys it.</summary>
    internal static DuckDbLogicalType Take(nint type)
    {
        using var handle = new LogicalTypeHandle(type);
        return Read(type);
    }

    private static unsafe string[] ReadEnum(nint type)
    {
        var values = new string[NativeMethods.EnumDictionarySize(type)];
        for (var i = 0; i < values.Length; i++)
            values[i] = Utf8.Owned(NativeMethods.EnumDictionaryValue(type, (ulong)i)) ?? "";
        return values;
    }

    private static unsafe DuckDbField[] ReadFields(DuckDbTypeKind kind, nint type)
    {
        switch (kind)
        {
            case DuckDbTypeKind.List:
                return [new DuckDbField("element", Take(NativeMethods.ListChildType(type)))];
            case DuckDbTypeKind.Array:
                return [new DuckDbField("element", Take(NativeMethods.ArrayChildType(type)))];
            case DuckDbTypeKind.Map:
                return [new DuckDbField("key", Take(NativeMethods.MapKeyType(type))), new DuckDbField("value", Take(NativeMethods.MapValueType(type)))];
            case DuckDbTypeKind.Struct:
                var fields = new DuckDbField[NativeMethods.StructChildCount(type)];
                for (var i = 0UL; i < (ulong)fields.Length; i++)
                    fields[i] = new DuckDbField(Utf8.Owned(NativeMethods.StructChildName(type, i)) ?? "", Take(NativeMethods.StructChildType(type, i)));
                return fields;
            case DuckDbTypeKind.Union:
                var members = new DuckDbField[NativeMethods.UnionMemberCount(type)];
                for (var i = 0UL; i < (ulong)members.Length; i++)
                    members[i] = new DuckDbField(Utf8.Owned(NativeMethods.UnionMemberName(type, i)) ?? "", Take(NativeMethods.UnionMemberType(type, i)));
                return members;
            default:
                return [];
        }
    }
}
