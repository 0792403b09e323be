using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using DataGrid.Runtime.Wire;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Runtime;

/// <summary>
/// Copies what crosses from one grain to another, so that nobody shares what can change. Values that cannot change are shared: a type is
/// such when it is sealed and all its fields are read-only and of such types, or when it is marked <see cref="ImmutableAttribute"/>.
/// A type without <see cref="GenerateSerializerAttribute"/> is refused. In strict mode everything is copied as a wire would: only
/// <see cref="IdAttribute"/> members and record parameters survive.
/// </summary>
internal sealed class Copier(bool strict)
{
    private static readonly ConcurrentDictionary<Type, bool> ImmutableTypes = new();
    private readonly ConcurrentDictionary<Type, Plan> _plans = new();

    public T Copy<T>(T value)
    {
        if (value is null || typeof(T).IsPrimitive || typeof(T) == typeof(string))
            return value;
        return (T)CopyObject(value, null)!;
    }

    public void CopyArguments(InterfaceMethod method, object?[] arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] is { } argument && (strict || !method.ImmutableArguments[i]) && i != method.CancellationIndex)
                arguments[i] = CopyObject(argument, null);
        }
    }

    private object? CopyObject(object? value, Dictionary<object, object>? seen)
    {
        if (value is null or string or GrainReference or Type or Exception)
            return value;
        var type = value.GetType();
        if (IsAtom(type) || (!strict && IsImmutable(type)))
            return value;
        seen ??= new(ReferenceEqualityComparer.Instance);
        if (!type.IsValueType && seen.TryGetValue(value, out var known))
            return known;
        return value is Array array ? CopyArray(array, seen) : _plans.GetOrAdd(type, Plan.For, strict).Copy(this, value, seen);
    }

    private Array CopyArray(Array array, Dictionary<object, object> seen)
    {
        var copy = (Array)array.Clone();
        seen[array] = copy;
        var element = array.GetType().GetElementType()!;
        if (IsAtom(element) || (!strict && IsImmutable(element)))
            return copy;
        if (array.Rank != 1)
            throw new NotSupportedException($"{array.GetType()} cannot be sent to a grain: arrays have one dimension there.");
        for (var i = 0; i < array.Length; i++)
            copy.SetValue(CopyObject(array.GetValue(i), seen), i);
        return copy;
    }

    private static bool IsAtom(Type type) =>
        type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(decimal) || type == typeof(Guid) || type == typeof(DateTime)
        || type == typeof(DateTimeOffset) || type == typeof(TimeSpan) || type == typeof(DateOnly) || type == typeof(TimeOnly) || type == typeof(Int128)
        || type == typeof(UInt128) || type == typeof(CancellationToken) || type == typeof(Uri) || type == typeof(Version) || type == typeof(TickStatus)
        || type == typeof(GrainId) || type == typeof(GrainType) || type == typeof(IdSpan) || type == typeof(System.Net.IPEndPoint) || type == typeof(SiloAddress)
        || type == typeof(System.Numerics.BigInteger) || type == typeof(object) || typeof(GrainReference).IsAssignableFrom(type)
        || (type.IsInterface && typeof(IAddressable).IsAssignableFrom(type));

    private static bool IsImmutable(Type type)
    {
        if (ImmutableTypes.TryGetValue(type, out var known))
            return known;
        RequireSerializer(type);
        // A type that contains itself is judged by its other fields, so the answer of an inner visit is provisional and not kept.
        var answer = IsImmutable(type, []);
        ImmutableTypes[type] = answer;
        return answer;
    }

    private static bool IsImmutable(Type type, HashSet<Type> visiting)
    {
        if (IsAtom(type) || type.IsDefined(typeof(ImmutableAttribute), inherit: false))
            return true;
        if (ImmutableTypes.TryGetValue(type, out var known))
            return known;
        if (type.Namespace == "System.Collections.Immutable" || type.Namespace == "System.Collections.Frozen")
            return type.IsGenericType && type.GenericTypeArguments.All(t => IsImmutable(t, visiting));
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return IsImmutable(underlying, visiting);
        if (type.IsArray || type.IsInterface || (!type.IsSealed && !type.IsValueType) || typeof(Delegate).IsAssignableFrom(type))
            return false;
        if (!visiting.Add(type))
            return true;
        return FieldsOf(type).All(field => field.IsInitOnly && IsImmutable(field.FieldType, visiting));
    }

    private static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        for (var t = type; t is not null && t != typeof(object) && t != typeof(ValueType); t = t.BaseType)
        {
            foreach (var field in t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                yield return field;
        }
    }

    private static bool IsFrameworks(Type type) => type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true;

    private static void RequireSerializer(Type type)
    {
        if (IsAtom(type) || type.IsArray || type.IsInterface || IsFrameworks(type) || typeof(Delegate).IsAssignableFrom(type) || typeof(IGrainBase).IsAssignableFrom(type))
            return;
        MessageShape.Levels(type);
    }

    /// <summary>How to copy values of one type.</summary>
    private sealed class Plan(bool whole, FieldInfo[] fields)
    {
        private static readonly Func<object, object> Clone =
            typeof(object).GetMethod(nameof(MemberwiseClone), BindingFlags.Instance | BindingFlags.NonPublic)!.CreateDelegate<Func<object, object>>();

        public static Plan For(Type type, bool strict)
        {
            MessageShape.RequireData(type);
            var fields = FieldsOf(type);
            // The framework's own collections and tuples have codecs everywhere: all their fields count.
            if (!strict || IsFrameworks(type))
                return new Plan(whole: true, [.. fields.Where(f => !IsAtom(f.FieldType) && !IsComparer(f.FieldType))]);
            MessageShape.Levels(type);
            return new Plan(whole: false, [.. fields.Where(field => MessageShape.IdOf(field) is not null)]);
        }

        public object Copy(Copier copier, object value, Dictionary<object, object> seen)
        {
            var copy = whole ? Clone(value) : RuntimeHelpers.GetUninitializedObject(value.GetType());
            if (!value.GetType().IsValueType)
                seen[value] = copy;
            foreach (var field in fields)
                field.SetValue(copy, copier.CopyObject(field.GetValue(value), seen));
            return copy;
        }

        // Comparers have no state of their own, and collections compare them by reference.
        private static bool IsComparer(Type type) =>
            type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(IEqualityComparer<>) || type.GetGenericTypeDefinition() == typeof(IComparer<>)
            || type.Name.StartsWith("Comparers", StringComparison.Ordinal));
    }
}
