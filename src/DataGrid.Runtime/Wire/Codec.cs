namespace DataGrid.Runtime.Wire;

/// <summary>Writes and reads values of one type. Slots (elements, arguments) are a kind byte and a payload, fields a tag and a payload.</summary>
internal abstract class Codec
{
    /// <summary>The layout of this type's payloads.</summary>
    public abstract WireKind Kind { get; }

    /// <summary>What <see cref="WireKind.Null"/> stands for.</summary>
    public virtual object? NullValue => null;

    public abstract void Write(WireWriter writer, object value);

    public abstract object? Read(ref WireReader reader);

    /// <summary>Whether a value that is not null is written as null.</summary>
    public virtual bool IsNull(object value) => false;

    public void WriteSlot(WireWriter writer, object? value)
    {
        if (value is null || IsNull(value))
        {
            writer.Byte((byte)WireKind.Null);
            return;
        }

        writer.Byte((byte)Kind);
        Write(writer, value);
    }

    public void WriteField(WireWriter writer, uint number, object? value)
    {
        if (value is null || IsNull(value))
        {
            writer.Field(number, WireKind.Null);
            return;
        }

        writer.Field(number, Kind);
        Write(writer, value);
    }

    public object? ReadSlot(ref WireReader reader) => ReadPayload(ref reader, (WireKind)(reader.Byte() & 3));

    public object? ReadPayload(ref WireReader reader, WireKind kind)
    {
        if (kind == WireKind.Null)
            return NullValue;
        if (kind != Kind)
            throw new NotSupportedException($"A value of another version's type came ({kind} instead of {Kind}): a member may be added or removed, never change its type.");
        return Read(ref reader);
    }
}

/// <summary>A value without parts.</summary>
internal sealed class AtomCodec<T>(WireKind kind, Action<WireWriter, T> write, ReadAtom<T> read) : Codec
{
    private static readonly object? Default = default(T);

    public override WireKind Kind => kind;

    public override object? NullValue => Default;

    public override void Write(WireWriter writer, object value) => write(writer, (T)value);

    public override object? Read(ref WireReader reader) => read(ref reader);
}

internal delegate T ReadAtom<T>(ref WireReader reader);

/// <summary>A number of another type's values.</summary>
internal sealed class EnumCodec(Type type) : Codec
{
    private readonly bool _unsigned = Enum.GetUnderlyingType(type) == typeof(ulong);
    private readonly object _default = Enum.ToObject(type, 0);

    public override WireKind Kind => WireKind.Varint;

    public override object? NullValue => _default;

    public override void Write(WireWriter writer, object value) => writer.Varint(
        WireWriter.ZigZag(_unsigned ? (long)Convert.ToUInt64(value, null) : Convert.ToInt64(value, null)));

    // A value that this version does not know stays the number that it is.
    public override object? Read(ref WireReader reader) =>
        _unsigned ? Enum.ToObject(type, (ulong)reader.Number()) : Enum.ToObject(type, reader.Number());
}

/// <summary>A value or none.</summary>
internal sealed class NullableCodec(Codec value) : Codec
{
    public override WireKind Kind => value.Kind;

    public override void Write(WireWriter writer, object boxed) => value.Write(writer, boxed);

    public override object? Read(ref WireReader reader) => value.Read(ref reader);
}

/// <summary>A value of the declared type or one that derives from it: the type's name (empty: the declared one) and the value as a slot.</summary>
internal sealed class PolymorphicCodec(CodecCatalog catalog, Type declared) : Codec
{
    public override WireKind Kind => WireKind.Bytes;

    public override void Write(WireWriter writer, object value)
    {
        var begin = writer.BeginNested();
        value = TypeNames.Nameable(value);
        var type = value.GetType();
        if (type == declared)
        {
            writer.Text(string.Empty);
            catalog.Concrete(type).WriteSlot(writer, value);
        }
        else
        {
            var name = catalog.Names.Of(value, out var codec);
            writer.Text(name);
            codec.WriteSlot(writer, value);
        }

        writer.EndNested(begin);
    }

    public override object? Read(ref WireReader reader)
    {
        var nested = reader.Nested();
        var name = nested.Text();
        var type = name.Length == 0 ? declared : catalog.Names.Find(name);
        var value = catalog.Concrete(type).ReadSlot(ref nested);
        return value is null || declared.IsInstanceOfType(value)
            ? value
            : throw new NotSupportedException($"A value of type {value.GetType()} came where {declared} belongs.");
    }
}
