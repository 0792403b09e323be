using System.Text;
using DataGrid.DuckDb.Native;

namespace DataGrid.DuckDb;

/// <summary>
/// Up to <see cref="Capacity"/> rows to be appended, filled column by column through spans. Set <see cref="RowCount"/> when they are written.
/// Columns of nested types can be filled by <see cref="DuckDbAppender.AppendRow"/> only.
/// </summary>
public sealed unsafe class DuckDbChunkBuilder : IDisposable
{
    private readonly ChunkHandle _handle;
    private readonly IReadOnlyList<DuckDbLogicalType> _types;
    private int _rowCount;

    /// <summary>Creates an empty chunk of columns of these types.</summary>
    public DuckDbChunkBuilder(IReadOnlyList<DuckDbLogicalType> types)
    {
        ArgumentNullException.ThrowIfNull(types);
        _types = types;
        var handles = types.Select(NativeTypes.Create).ToArray();
        try
        {
            fixed (nint* raw = handles.Select(h => h.Raw).ToArray())
                _handle = new ChunkHandle(null, NativeMethods.CreateDataChunk(raw, (ulong)types.Count));
        }
        finally
        {
            Array.ForEach(handles, h => h.Dispose());
        }
    }

    /// <summary>Rows that fit into a chunk (2 048).</summary>
    public static int Capacity => (int)NativeMethods.VectorSize();

    /// <summary>Rows that the chunk holds.</summary>
    public int RowCount
    {
        get => _rowCount;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Capacity);
            _rowCount = value;
        }
    }

    /// <summary>The values of a column of a fixed size, to be written; see <see cref="DuckDbVector.GetSpan{T}"/> for the forms.</summary>
    public Span<T> GetSpan<T>(int column)
        where T : unmanaged
    {
        using var use = new HandleUse(_handle);
        var size = VectorLayout.ValueSize(_types[column]);
        if (size != sizeof(T))
            throw new InvalidOperationException($"A vector of {_types[column]} has values of {size} bytes, {typeof(T).Name} has {sizeof(T)}.");
        return new Span<T>(NativeMethods.VectorData(Vector(column)), Capacity);
    }

    /// <summary>Sets a VARCHAR.</summary>
    public void SetString(int column, int row, string text) => SetBytes(column, row, Encoding.UTF8.GetBytes(text));

    /// <summary>Sets a VARCHAR (valid UTF-8) or BLOB.</summary>
    public void SetBytes(int column, int row, ReadOnlySpan<byte> bytes)
    {
        using var use = new HandleUse(_handle);
        CheckRow(row);
        if (_types[column].Kind is not (DuckDbTypeKind.Varchar or DuckDbTypeKind.Blob))
            throw new InvalidOperationException($"A vector of {_types[column]} takes no bytes.");
        var none = (byte)0;
        fixed (byte* data = bytes)
            NativeMethods.VectorAssignString(Vector(column), (ulong)row, data == null ? &none : data, (ulong)bytes.Length);
    }

    /// <summary>Makes a value NULL.</summary>
    public void SetNull(int column, int row)
    {
        using var use = new HandleUse(_handle);
        CheckRow(row);
        var vector = Vector(column);
        NativeMethods.VectorEnsureValidityWritable(vector);
        NativeMethods.VectorValidity(vector)[row >> 6] &= ~(1UL << (row & 63));
    }

    /// <summary>Empties the chunk for the next rows; NULLs are forgotten too.</summary>
    public void Reset()
    {
        using var use = new HandleUse(_handle);
        NativeMethods.DataChunkReset(_handle.Raw);
        _rowCount = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    internal nint Seal()
    {
        using var use = new HandleUse(_handle);
        NativeMethods.DataChunkSetSize(_handle.Raw, (ulong)_rowCount);
        return _handle.Raw;
    }

    private nint Vector(int column)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, _types.Count);
        return NativeMethods.DataChunkVector(_handle.Raw, (ulong)column);
    }

    private static void CheckRow(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Capacity);
    }
}
