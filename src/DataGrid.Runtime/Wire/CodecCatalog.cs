using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Orleans.Runtime;

namespace DataGrid.Runtime.Wire;

/// <summary>The codec of each type, made when it is first needed.</summary>
internal sealed class CodecCatalog
{
    private readonly ConcurrentDictionary<Type, Codec> _declared = new();
    private readonly ConcurrentDictionary<Type, Codec> _concrete = new();
    private readonly ReferenceCodec _reference;
    private readonly ExceptionCodec _exception;

    public CodecCatalog(Silo silo)
    {
        Names = new TypeNames(this, silo.Grains.Assemblies);
        _reference = new ReferenceCodec(silo, Names);
        _exception = new ExceptionCodec();
    }

    public TypeNames Names { get; }

    /// <summary>The codec of a place that is declared to hold <paramref name="type"/>.</summary>
    /// <exception cref="NotSupportedException">Such values do not travel; the message says why and what to do.</exception>
    public Codec For(Type type) => _declared.TryGetValue(type, out var known) ? known : _declared.GetOrAdd(type, Declared(type));

    /// <summary>The codec of values of exactly this type.</summary>
    public Codec Concrete(Type type) => _concrete.TryGetValue(type, out var known) ? known : _concrete.GetOrAdd(type, Exact(type));

    private Codec Declared(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return new NullableCodec(For(underlying));
        if (TryPart(type) is { } part)
            return part;
        MessageShape.RequireData(type);
        return type.IsSealed || type.IsValueType ? Concrete(type) : new PolymorphicCodec(this, type);
    }

    private Codec Exact(Type type)
    {
        if (TryPart(type) is { } part)
            return part;
        MessageShape.RequireData(type);
        if (type.IsInterface || type.IsAbstract)
            throw new NotSupportedException($"{type} is no type of values.");
        return new ObjectCodec(this, type, whole: IsTuple(type));
    }

    private Codec? TryPart(Type type)
    {
        if (AtomCodecs.All.TryGetValue(type, out var atom))
            return atom.Codec;
        if (type.IsEnum)
            return new EnumCodec(type);
        if (typeof(GrainReference).IsAssignableFrom(type) || (type.IsInterface && typeof(IAddressable).IsAssignableFrom(type)))
            return _reference;
        return typeof(Exception).IsAssignableFrom(type) ? _exception : CollectionCodecs.TryCreate(this, type);
    }

    public static bool IsTuple(Type type) =>
        typeof(ITuple).IsAssignableFrom(type) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>));
}
