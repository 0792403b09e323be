using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;

namespace DataGrid.Runtime.Wire;

/// <summary>The collections that travel. Which one it is belongs to the declared type or the type's name; comparers of text travel as a number.</summary>
internal static class CollectionCodecs
{
    private static readonly Dictionary<Type, string> Factories = new()
    {
        [typeof(List<>)] = nameof(ListOf),
        [typeof(ImmutableArray<>)] = nameof(ImmutableArrayOf),
        [typeof(ImmutableList<>)] = nameof(ImmutableListOf),
        [typeof(Queue<>)] = nameof(QueueOf),
        [typeof(HashSet<>)] = nameof(HashSetOf),
        [typeof(SortedSet<>)] = nameof(SortedSetOf),
        [typeof(ImmutableHashSet<>)] = nameof(ImmutableHashSetOf),
        [typeof(ImmutableSortedSet<>)] = nameof(ImmutableSortedSetOf),
        [typeof(FrozenSet<>)] = nameof(FrozenSetOf),
        [typeof(Dictionary<,>)] = nameof(DictionaryOf),
        [typeof(SortedDictionary<,>)] = nameof(SortedDictionaryOf),
        [typeof(ImmutableDictionary<,>)] = nameof(ImmutableDictionaryOf),
        [typeof(ImmutableSortedDictionary<,>)] = nameof(ImmutableSortedDictionaryOf),
        [typeof(FrozenDictionary<,>)] = nameof(FrozenDictionaryOf),
    };

    /// <summary>The names of the collections' generic definitions.</summary>
    public static IEnumerable<(string Name, Type Definition)> Definitions => Factories.Keys.Select(type => (type.Name.Split('`')[0], type));

    public static Codec? TryCreate(CodecCatalog catalog, Type type)
    {
        if (type.IsArray)
        {
            return type.GetArrayRank() == 1
                ? Make(nameof(ArrayOf), catalog, type.GetElementType()!)
                : throw new NotSupportedException($"{type} cannot be sent to a grain: arrays have one dimension there.");
        }

        return type.IsGenericType && Factories.TryGetValue(type.GetGenericTypeDefinition(), out var factory)
            ? Make(factory, catalog, type.GenericTypeArguments)
            : null;
    }

    private static Codec Make(string factory, CodecCatalog catalog, params Type[] arguments) =>
        typeof(CollectionCodecs).GetMethod(factory, BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(arguments)
            .CreateDelegate<Func<CodecCatalog, Codec>>()(catalog);

    private static ItemsCodec<T[], T> ArrayOf<T>(CodecCatalog c) => new(c, static (items, _) => [.. items]);

    private static ItemsCodec<List<T>, T> ListOf<T>(CodecCatalog c) => new(c, static (items, _) => items);

    private static ItemsCodec<ImmutableArray<T>, T> ImmutableArrayOf<T>(CodecCatalog c) => new(c, static (items, _) => [.. items], isNull: static array => array.IsDefault);

    private static ItemsCodec<ImmutableList<T>, T> ImmutableListOf<T>(CodecCatalog c) => new(c, static (items, _) => [.. items]);

    private static ItemsCodec<Queue<T>, T> QueueOf<T>(CodecCatalog c) => new(c, static (items, _) => new(items));

    private static ItemsCodec<HashSet<T>, T> HashSetOf<T>(CodecCatalog c) => new(c, static (items, by) => new(items, Comparers.Of<IEqualityComparer<T>>(by)), static set => set.Comparer);

    private static ItemsCodec<SortedSet<T>, T> SortedSetOf<T>(CodecCatalog c) => new(c, static (items, by) => new(items, Comparers.Of<IComparer<T>>(by)), static set => set.Comparer);

    private static ItemsCodec<ImmutableHashSet<T>, T> ImmutableHashSetOf<T>(CodecCatalog c) =>
        new(c, static (items, by) => items.ToImmutableHashSet(Comparers.Of<IEqualityComparer<T>>(by)), static set => set.KeyComparer);

    private static ItemsCodec<ImmutableSortedSet<T>, T> ImmutableSortedSetOf<T>(CodecCatalog c) =>
        new(c, static (items, by) => items.ToImmutableSortedSet(Comparers.Of<IComparer<T>>(by)), static set => set.KeyComparer);

    private static ItemsCodec<FrozenSet<T>, T> FrozenSetOf<T>(CodecCatalog c) =>
        new(c, static (items, by) => items.ToFrozenSet(Comparers.Of<IEqualityComparer<T>>(by)), static set => set.Comparer);

    private static ItemsCodec<Dictionary<TKey, T>, KeyValuePair<TKey, T>> DictionaryOf<TKey, T>(CodecCatalog c)
        where TKey : notnull => new(c, static (items, by) => new(items, Comparers.Of<IEqualityComparer<TKey>>(by)), static map => map.Comparer);

    private static ItemsCodec<SortedDictionary<TKey, T>, KeyValuePair<TKey, T>> SortedDictionaryOf<TKey, T>(CodecCatalog c)
        where TKey : notnull => new(c, static (items, by) => new(new Dictionary<TKey, T>(items), Comparers.Of<IComparer<TKey>>(by)), static map => map.Comparer);

    private static ItemsCodec<ImmutableDictionary<TKey, T>, KeyValuePair<TKey, T>> ImmutableDictionaryOf<TKey, T>(CodecCatalog c)
        where TKey : notnull => new(c, static (items, by) => ImmutableDictionary.CreateRange(Comparers.Of<IEqualityComparer<TKey>>(by), items), static map => map.KeyComparer);

    private static ItemsCodec<ImmutableSortedDictionary<TKey, T>, KeyValuePair<TKey, T>> ImmutableSortedDictionaryOf<TKey, T>(CodecCatalog c)
        where TKey : notnull => new(c, static (items, by) => ImmutableSortedDictionary.CreateRange(Comparers.Of<IComparer<TKey>>(by), items), static map => map.KeyComparer);

    private static ItemsCodec<FrozenDictionary<TKey, T>, KeyValuePair<TKey, T>> FrozenDictionaryOf<TKey, T>(CodecCatalog c)
        where TKey : notnull => new(c, static (items, by) => items.ToFrozenDictionary(Comparers.Of<IEqualityComparer<TKey>>(by)), static map => map.Comparer);

    /// <summary>A collection: the number of its comparer, the number of its items, the items as slots.</summary>
    private sealed class ItemsCodec<TItems, T>(
        CodecCatalog catalog, Func<List<T>, byte, TItems> make, Func<TItems, object?>? comparer = null, Func<TItems, bool>? isNull = null) : Codec
        where TItems : IEnumerable<T>
    {
        // Found at the first use: a type may contain collections of itself.
        private Codec? _item;

        public override WireKind Kind => WireKind.Bytes;

        public override object? NullValue => default(TItems);

        private Codec Item => _item ??= catalog.For(typeof(T));

        public override bool IsNull(object value) => isNull is not null && isNull((TItems)value);

        public override void Write(WireWriter writer, object value)
        {
            var items = (TItems)value;
            var begin = writer.BeginNested();
            writer.Byte(comparer is null ? (byte)0 : Comparers.NumberOf(comparer(items)));
            writer.Varint((ulong)items.Count());
            foreach (var item in items)
                Item.WriteSlot(writer, item);
            writer.EndNested(begin);
        }

        public override object? Read(ref WireReader reader)
        {
            var nested = reader.Nested();
            var by = nested.Byte();
            var count = nested.Count();
            var items = new List<T>(count);
            for (var i = 0; i < count; i++)
                items.Add((T)Item.ReadSlot(ref nested)!);
            return make(items, by);
        }
    }

    private static class Comparers
    {
        public static byte NumberOf(object? comparer) =>
            ReferenceEquals(comparer, StringComparer.Ordinal) ? (byte)1 : ReferenceEquals(comparer, StringComparer.OrdinalIgnoreCase) ? (byte)2 : (byte)0;

        public static TComparer? Of<TComparer>(byte number)
            where TComparer : class => Text(number) as TComparer;

        private static StringComparer? Text(byte number) => number switch { 1 => StringComparer.Ordinal, 2 => StringComparer.OrdinalIgnoreCase, _ => null };
    }
}
