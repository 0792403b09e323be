using System.Runtime.CompilerServices;
using DataGrid.DuckDb.Native;

namespace DataGrid.DuckDb;

/// <summary>
/// The values of one column of a chunk, in DuckDB's own layout. Spans are valid until the chunk is disposed.
/// NULL rows hold anything in spans: ask <see cref="IsValid"/> first.
/// </summary>
public sealed unsafe class DuckDbVector
{
    private readonly ChunkHandle _chunk;
    private readonly nint _native;
    private readonly void* _data;
    private readonly ulong* _validity;
    private readonly DuckDbVector[] _children;

    internal DuckDbVector(ChunkHandle chunk, nint native, DuckDbLogicalType type, long length)
    {
        _chunk = chunk;
        _native = native;
        Type = type;
        Length = length;
        _data = NativeMethods.VectorData(native);
        _validity = NativeMethods.VectorValidity(native);
        _children = ReadChildren();
    }

    /// <summary>The type.</summary>
    public DuckDbLogicalType Type { get; }

    /// <summary>The number of values; for the child of a list, of all elements of all rows.</summary>
    public long Length { get; }

    /// <summary>false when no row is NULL, so that <see cref="IsValid"/> need not be asked.</summary>
    public bool MayHaveNulls => _validity != null;

    /// <summary>
    /// The vectors inside: one for LIST and ARRAY (all elements), the fields of a STRUCT, for MAP one STRUCT of key and value,
    /// for UNION the tag (a byte per row) and then the members.
    /// </summary>
    public IReadOnlyList<DuckDbVector> Children => _children;

    /// <summary>false when the row is NULL.</summary>
    public bool IsValid(long row)
    {
        CheckOpen();
        return _validity == null || (_validity[row >> 6] >> (int)(row & 63) & 1) != 0;
    }

    /// <summary>One bit per row, lowest first, 1 = not NULL; empty when no row is NULL.</summary>
    public ReadOnlySpan<ulong> Validity
    {
        get
        {
            CheckOpen();
            return _validity == null ? default : new ReadOnlySpan<ulong>(_validity, checked((int)((Length + 63) / 64)));
        }
    }

    /// <summary>
    /// The values in DuckDB's physical form: BOOLEAN byte or bool; integers; FLOAT, DOUBLE; DATE int days, TIME/TIMESTAMP/TIMESTAMPTZ long microseconds
    /// since 1970 (_S, _MS, _NS in their unit); DECIMAL short, int, long or Int128 by width (4, 9, 18, 38); HUGEINT Int128; UUID Int128 with its top bit
    /// flipped; ENUM byte, ushort or uint.
    /// </summary>
    /// <exception cref="InvalidOperationException">The size of <typeparamref name="T"/> is not the type's.</exception>
    public ReadOnlySpan<T> GetSpan<T>()
        where T : unmanaged
    {
        CheckOpen();
        var size = VectorLayout.ValueSize(Type);
        if (size != sizeof(T))
            throw new InvalidOperationException($"A vector of {Type} has values of {size} bytes, {typeof(T).Name} has {sizeof(T)}.");
        return new ReadOnlySpan<T>(_data, checked((int)Length));
    }

    /// <summary>The bytes of a VARCHAR (UTF-8), BLOB, BIT, BIGNUM or GEOMETRY value.</summary>
    /// <exception cref="InvalidOperationException">The type is none of these.</exception>
    public ReadOnlySpan<byte> GetBytes(long row)
    {
        CheckOpen();
        CheckRow(row);
        if (!VectorLayout.IsBytes(Type.Kind))
            throw new InvalidOperationException($"A vector of {Type} has no bytes.");
        var text = (NativeString*)_data + row;
        return text->Length <= NativeString.InlineLength
            ? new ReadOnlySpan<byte>(text->Inlined, (int)text->Length)
            : new ReadOnlySpan<byte>(text->Pointer, checked((int)text->Length));
    }

    /// <summary>A VARCHAR value; null for NULL.</summary>
    public string? GetString(long row) => IsValid(row) ? Utf8.Decode(GetBytes(row)) : null;

    /// <summary>Where the elements of a LIST's or MAP's row lie in the child vector.</summary>
    public (long Offset, long Length) GetListRange(long row)
    {
        CheckOpen();
        CheckRow(row);
        switch (Type.Kind)
        {
            case DuckDbTypeKind.Array:
                return (row * Type.ArrayLength, Type.ArrayLength);
            case DuckDbTypeKind.List or DuckDbTypeKind.Map:
                var entry = ((NativeListEntry*)_data)[row];
                return ((long)entry.Offset, (long)entry.Length);
            default:
                throw new InvalidOperationException($"A vector of {Type} has no lists.");
        }
    }

    /// <summary>
    /// The value as a .NET object; null for NULL. BOOLEAN bool · TINYINT … UBIGINT sbyte … ulong · HUGEINT Int128 · UHUGEINT UInt128 · BIGNUM BigInteger ·
    /// DECIMAL decimal, over 28 digits <see cref="DuckDbDecimal"/> · FLOAT float · DOUBLE double · VARCHAR, ENUM string · BLOB, GEOMETRY byte[] · BIT string of
    /// 0 and 1 · DATE DateOnly · TIME TimeOnly · TIMESTAMP, _S, _MS DateTime (no zone) · TIMESTAMP_NS <see cref="DuckDbTimestampNs"/> · TIMESTAMPTZ
    /// DateTimeOffset (UTC) · TIME_NS <see cref="DuckDbTimeNs"/> · TIMETZ <see cref="DuckDbTimeTz"/> · INTERVAL <see cref="DuckDbInterval"/> · UUID Guid ·
    /// LIST, ARRAY object?[] · STRUCT <see cref="DuckDbStruct"/> · MAP KeyValuePair&lt;object, object?&gt;[] · UNION <see cref="DuckDbUnion"/>. Dates and times
    /// that .NET has no value for (infinity, years before 1 or after 9999, 24:00:00) come as DuckDB's text.
    /// </summary>
    /// <exception cref="NotSupportedException">VARIANT: cast it in the SQL.</exception>
    public object? GetValue(long row)
    {
        CheckOpen();
        CheckRow(row);
        return IsValid(row) ? VectorValues.Read(this, row) : null;
    }

    internal T At<T>(long row)
        where T : unmanaged => Unsafe.ReadUnaligned<T>((T*)_data + row);

    private DuckDbVector[] ReadChildren()
    {
        switch (Type.Kind)
        {
            case DuckDbTypeKind.List:
                return [new DuckDbVector(_chunk, NativeMethods.ListVectorChild(_native), Type.Element, (long)NativeMethods.ListVectorSize(_native))];
            case DuckDbTypeKind.Map:
                var entries = DuckDbLogicalType.Struct(Type.Fields);
                return [new DuckDbVector(_chunk, NativeMethods.ListVectorChild(_native), entries, (long)NativeMethods.ListVectorSize(_native))];
            case DuckDbTypeKind.Array:
                return [new DuckDbVector(_chunk, NativeMethods.ArrayVectorChild(_native), Type.Element, Length * Type.ArrayLength)];
            case DuckDbTypeKind.Struct:
                return [.. Type.Fields.Select((field, i) => Child(i, field.Type))];
            case DuckDbTypeKind.Union:
                return [Child(0, DuckDbLogicalType.Of(DuckDbTypeKind.UTinyInt)), .. Type.Fields.Select((field, i) => Child(i + 1, field.Type))];
            default:
                return [];
        }
    }

    private DuckDbVector Child(int index, DuckDbLogicalType type) => new(_chunk, NativeMethods.StructVectorChild(_native, (ulong)index), type, Length);

    private void CheckOpen() => ObjectDisposedException.ThrowIf(_chunk.IsDisposed, typeof(DuckDbChunk));

    private void CheckRow(long row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Length);
    }
}
