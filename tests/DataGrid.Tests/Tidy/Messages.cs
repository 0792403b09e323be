using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using DataGrid.Contracts.Datasets;
using Orleans;

namespace DataGrid.Tests.Tidy;

/// <summary>What crosses silos: the grain interfaces of Contracts and every type that they can carry.</summary>
internal static class Messages
{
    private static readonly Type[] Plain =
    [
        typeof(string), typeof(bool), typeof(byte), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(double), typeof(decimal),
        typeof(TimeSpan), typeof(DateTimeOffset), typeof(Guid), typeof(CancellationToken), typeof(void),
    ];

    private static readonly string[] ImmutableCollections =
        ["ImmutableArray`1", "ImmutableList`1", "ImmutableDictionary`2", "ImmutableSortedDictionary`2", "ImmutableHashSet`1", "ImmutableSortedSet`1"];

    /// <summary>Every grain interface.</summary>
    public static IReadOnlyList<Type> GrainInterfaces { get; } =
        [.. Contracts.Where(static t => t.IsInterface && t.GetInterfaces().Any(static i => i.FullName!.StartsWith("Orleans.IGrain", StringComparison.Ordinal))).OrderBy(static t => t.FullName, StringComparer.Ordinal)];

    /// <summary>Every message: what the grain interfaces carry, and whatever else is marked as one.</summary>
    public static IReadOnlyList<Type> All { get; } = Reach();

    private static IEnumerable<Type> Contracts => typeof(DatasetName).Assembly.GetExportedTypes();

    /// <summary>Methods of a grain interface in the order of their names.</summary>
    public static IEnumerable<MethodInfo> Methods(Type grain) => grain.GetMethods().OrderBy(static m => m.Name, StringComparer.Ordinal);

    /// <summary>Members that hold a message's content: those that can be set, and those that were set when it was made.</summary>
    public static IEnumerable<PropertyInfo> Members(Type message) => message.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.SetMethod is not null || message.GetField($"<{p.Name}>k__BackingField", BindingFlags.NonPublic | BindingFlags.Instance) is not null
            || p.DeclaringType!.GetField($"<{p.Name}>k__BackingField", BindingFlags.NonPublic | BindingFlags.Instance) is not null)
        .OrderBy(static p => p.GetCustomAttribute<IdAttribute>()?.Id ?? uint.MaxValue).ThenBy(static p => p.Name, StringComparer.Ordinal);

    /// <summary>The type's name in C#, as short as it can be read.</summary>
    public static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Name(underlying) + "?";
        if (!type.IsGenericType) return type == typeof(void) ? "void" : type.DeclaringType is null ? type.Name : $"{type.DeclaringType.Name}.{type.Name}";
        return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }

    /// <summary>Whether it is a sealed or abstract <c>record</c>, or a <c>readonly record struct</c>.</summary>
    public static bool IsRecord(Type type) => type.IsValueType
        ? type.GetCustomAttribute<IsReadOnlyAttribute>() is not null && type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null
        : (type.IsSealed || type.IsAbstract) && type.GetMethod("<Clone>$") is not null;

    /// <summary>Whether it needs no attribute of ours.</summary>
    public static bool IsPlain(Type type) => Plain.Contains(type) || type.IsEnum;

    /// <summary>Whether it is a collection that nobody can change.</summary>
    public static bool IsImmutableCollection(Type type) => type.IsGenericType && type.Namespace == typeof(ImmutableArray).Namespace && ImmutableCollections.Contains(type.Name);

    private static List<Type> Reach()
    {
        var found = new HashSet<Type>();
        var waiting = new Queue<Type>(GrainInterfaces.SelectMany(static g => g.GetMethods()).SelectMany(static m => m.GetParameters().Select(static p => p.ParameterType).Append(m.ReturnType))
            .Concat(Contracts.Where(static t => t.GetCustomAttribute<GenerateSerializerAttribute>() is not null)));
        while (waiting.TryDequeue(out var type))
        {
            if (type.IsGenericType) foreach (var argument in type.GetGenericArguments()) waiting.Enqueue(argument);
            if (type.IsGenericType && !type.Namespace!.StartsWith("DataGrid", StringComparison.Ordinal) || Plain.Contains(type) || type == typeof(Task) || type.IsGenericParameter) continue;
            if (!found.Add(type.IsGenericType ? type.GetGenericTypeDefinition() : type)) continue;
            foreach (var member in Members(type)) waiting.Enqueue(member.PropertyType);
            if (type.IsAbstract) foreach (var form in Contracts.Where(t => t.BaseType == type)) waiting.Enqueue(form);
        }
        return [.. found.OrderBy(static t => t.FullName, StringComparer.Ordinal)];
    }
}
