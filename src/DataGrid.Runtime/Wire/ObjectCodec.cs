using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace DataGrid.Runtime.Wire;

/// <summary>
/// A message: the numbered fields of the type, then those of its base, and so on. A reader skips numbers that it does not know and leaves
/// what did not come as the parameterless constructor made it, so that members, and bases, may be added.
/// </summary>
internal sealed class ObjectCodec : Codec
{
    private readonly Type _type;
    private readonly Lazy<Member[][]> _levels;
    private readonly ConstructorInvoker? _constructor;
    private readonly object? _default;

    /// <param name="catalog">Where the members' codecs come from.</param>
    /// <param name="type">The message's type.</param>
    /// <param name="whole">Whether every field counts, in the order of declaration: tuples.</param>
    public ObjectCodec(CodecCatalog catalog, Type type, bool whole)
    {
        _type = type;
        var fields = whole
            ? [type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Select(static (field, i) => ((uint)i, field))]
            : MessageShape.Levels(type).Reverse().Select(MessageShape.Fields).ToArray();
        // Codecs are looked up at the first use: a type may contain itself.
        _levels = new(() => Array.ConvertAll(fields, level => level.Select(f => new Member(f.Item1, f.Item2, catalog.For(f.Item2.FieldType))).ToArray()));
        if (type.IsValueType)
            _default = RuntimeHelpers.GetUninitializedObject(type);
        else if (type.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []) is { } made)
            _constructor = ConstructorInvoker.Create(made);
    }

    public override WireKind Kind => WireKind.Bytes;

    public override object? NullValue => _default;

    public override void Write(WireWriter writer, object value)
    {
        var begin = writer.BeginNested();
        foreach (var level in _levels.Value)
        {
            foreach (var member in level)
                member.Codec.WriteField(writer, member.Id, member.Field.GetValue(value));
            writer.EndFields();
        }

        writer.EndNested(begin);
    }

    public override object? Read(ref WireReader reader)
    {
        var nested = reader.Nested();
        var value = _constructor?.Invoke() ?? RuntimeHelpers.GetUninitializedObject(_type);
        foreach (var level in _levels.Value)
        {
            var seen = 0UL;
            while (nested.Left > 0 && nested.Field(out var id, out var kind))
            {
                var at = Array.FindIndex(level, member => member.Id == id);
                if (at < 0)
                {
                    nested.Skip(kind);
                    continue;
                }

                level[at].Field.SetValue(value, level[at].Codec.ReadPayload(ref nested, kind));
                if (at < 64)
                    seen |= 1UL << at;
            }

            if (_constructor is null)
                FillArrays(level, seen, value);
        }

        return value;
    }

    // Without a constructor, an array that an older version does not send would be the default, which nobody expects.
    private static void FillArrays(Member[] level, ulong seen, object value)
    {
        for (var i = 0; i < level.Length && i < 64; i++)
        {
            if ((seen & (1UL << i)) == 0 && level[i].EmptyArray is { } empty)
                level[i].Field.SetValue(value, empty);
        }
    }

    private sealed class Member(uint id, FieldInfo declared, Codec codec)
    {
        public uint Id => id;

        public FieldInfo Field => declared;

        public Codec Codec => codec;

        public object? EmptyArray { get; } =
            declared.FieldType.IsGenericType && declared.FieldType.GetGenericTypeDefinition() == typeof(ImmutableArray<>)
                ? declared.FieldType.GetField(nameof(ImmutableArray<int>.Empty), BindingFlags.Static | BindingFlags.Public)!.GetValue(null)
                : null;
    }
}
