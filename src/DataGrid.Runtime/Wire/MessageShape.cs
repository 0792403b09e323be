using System.Reflection;
using Orleans;

namespace DataGrid.Runtime.Wire;

/// <summary>Which fields of a message travel, and under which numbers.</summary>
internal static class MessageShape
{
    // Record parameters without a number of their own.
    private const uint FirstParameter = 1_000_000;

    /// <summary>Refuses what is no data.</summary>
    public static void RequireData(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type) || typeof(Task).IsAssignableFrom(type) || typeof(Stream).IsAssignableFrom(type) || type.IsPointer)
            throw new NotSupportedException($"{type} cannot be sent to a grain: send data, and keep what runs or flows on its own side.");
        if (typeof(IGrainBase).IsAssignableFrom(type))
            throw new NotSupportedException($"{type} is a grain's instance: send this.AsReference<…>() instead of this.");
    }

    /// <summary>The type and its bases that are messages, the base first.</summary>
    public static IReadOnlyList<Type> Levels(Type type)
    {
        var levels = new List<Type>();
        for (var t = type; t is not null && t != typeof(object) && t != typeof(ValueType); t = t.BaseType)
        {
            if (!t.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
                throw new NotSupportedException($"{t} crosses a grain call but is not marked [GenerateSerializer].");
            levels.Insert(0, t);
        }

        return levels;
    }

    /// <summary>The travelling fields that <paramref name="level"/> itself declares.</summary>
    public static IEnumerable<(uint Id, FieldInfo Field)> Fields(Type level) =>
        from field in level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let id = IdOf(field)
        where id is not null
        select (id.Value, field);

    /// <summary>The number of a field, its own or that of the property or record parameter that it backs; null when it does not travel.</summary>
    public static uint? IdOf(FieldInfo field)
    {
        if (field.GetCustomAttribute<IdAttribute>() is { } own)
            return own.Id;
        if (!field.Name.StartsWith('<') || field.Name.IndexOf('>', StringComparison.Ordinal) is var end && end < 0)
            return null;
        var name = field.Name[1..end];
        var property = field.DeclaringType!.GetProperty(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
        if (property?.GetCustomAttribute<IdAttribute>() is { } declared)
            return declared.Id;
        var position = RecordParameter(field.DeclaringType, name);
        return position < 0 ? null : FirstParameter + (uint)position;
    }

    private static int RecordParameter(Type type, string name)
    {
        if (type.GetMethod("<Clone>$", BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic) is null && !IsRecordStruct(type))
            return -1;
        var primary = type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .FirstOrDefault(c => c.GetParameters() is var ps && ps.Any(p => p.Name == name) && ps.All(p => type.GetProperty(p.Name!) is not null));
        return primary is null ? -1 : Array.FindIndex(primary.GetParameters(), p => p.Name == name);
    }

    private static bool IsRecordStruct(Type type) =>
        type.IsValueType && type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is not null;
}
