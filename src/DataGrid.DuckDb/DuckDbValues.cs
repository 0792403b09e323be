using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace DataGrid.DuckDb;

/// <summary>INTERVAL: three counts that do not convert into one another.</summary>
/// <param name="Months">Months.</param>
/// <param name="Days">Days.</param>
/// <param name="Micros">Microseconds.</param>
public readonly record struct DuckDbInterval(int Months, int Days, long Micros);

/// <summary>A DECIMAL of more than 28 digits, which <see cref="decimal"/> cannot hold: <paramref name="Unscaled"/> / 10^<paramref name="Scale"/>.</summary>
/// <param name="Unscaled">The digits as a whole number.</param>
/// <param name="Scale">How many of them stand after the point.</param>
public readonly record struct DuckDbDecimal(Int128 Unscaled, byte Scale)
{
    /// <summary>The exact text, with exactly <see cref="Scale"/> digits after the point.</summary>
    public override string ToString()
    {
        var digits = BigInteger.Abs((BigInteger)Unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
        var sign = Int128.IsNegative(Unscaled) ? "-" : "";
        return Scale == 0 ? sign + digits : $"{sign}{digits[..^Scale]}.{digits[^Scale..]}";
    }
}

/// <summary>TIMESTAMP_NS: nanoseconds since 1970-01-01; <see cref="DateTime"/> has only 100 ns steps.</summary>
/// <param name="Nanoseconds">Nanoseconds since 1970-01-01T00:00:00, no time zone.</param>
public readonly record struct DuckDbTimestampNs(long Nanoseconds)
{
    /// <summary>The nearest earlier <see cref="DateTime"/>.</summary>
    public DateTime ToDateTime() => DateTime.UnixEpoch.AddTicks((long)Math.Floor(Nanoseconds / 100m));

    /// <summary>ISO 8601 with nine digits: <c>2024-01-02T03:04:05.123456789</c>.</summary>
    public override string ToString()
    {
        var second = (long)Math.Floor(Nanoseconds / 1_000_000_000m);
        var rest = Nanoseconds - second * 1_000_000_000m;
        return string.Create(CultureInfo.InvariantCulture, $"{DateTime.UnixEpoch.AddSeconds(second):yyyy-MM-ddTHH:mm:ss}.{rest:000000000}");
    }
}

/// <summary>TIME_NS: nanoseconds since midnight.</summary>
/// <param name="Nanoseconds">0 to 86 400 000 000 000.</param>
public readonly record struct DuckDbTimeNs(long Nanoseconds);

/// <summary>TIME WITH TIME ZONE.</summary>
/// <param name="Micros">Microseconds since midnight, local to the offset; 24:00:00 is allowed.</param>
/// <param name="Offset">The offset from UTC.</param>
public readonly record struct DuckDbTimeTz(long Micros, TimeSpan Offset);

/// <summary>A UNION's value: which member, and its value.</summary>
/// <param name="Tag">The member's name.</param>
/// <param name="Value">Its value, may be null.</param>
public sealed record DuckDbUnion(string Tag, object? Value);

/// <summary>A STRUCT's value: fields in their order. Two are equal when names and values are.</summary>
public sealed class DuckDbStruct : IReadOnlyList<KeyValuePair<string, object?>>, IEquatable<DuckDbStruct>
{
    private readonly IReadOnlyList<DuckDbField> _fields;
    private readonly object?[] _values;

    internal DuckDbStruct(IReadOnlyList<DuckDbField> fields, object?[] values)
    {
        _fields = fields;
        _values = values;
    }

    /// <inheritdoc/>
    public int Count => _values.Length;

    /// <inheritdoc/>
    public KeyValuePair<string, object?> this[int index] => new(_fields[index].Name, _values[index]);

    /// <summary>The value of the field of that name (any case, as in SQL).</summary>
    /// <exception cref="KeyNotFoundException">There is no such field.</exception>
    public object? this[string name]
    {
        get
        {
            for (var i = 0; i < _values.Length; i++)
            {
                if (string.Equals(_fields[i].Name, name, StringComparison.OrdinalIgnoreCase))
                    return _values[i];
            }
            throw new KeyNotFoundException($"The struct has no field '{name}': {string.Join(", ", _fields.Select(f => f.Name))}.");
        }
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(DuckDbStruct? other) => other is not null && this.SequenceEqual(other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DuckDbStruct);

    /// <inheritdoc/>
    public override int GetHashCode() => Count;

    /// <inheritdoc/>
    public override string ToString() =>
        new StringBuilder("{").AppendJoin(", ", this.Select(p => $"{p.Key}: {p.Value ?? "NULL"}")).Append('}').ToString();
}
