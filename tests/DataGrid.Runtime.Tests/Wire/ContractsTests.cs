using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using DataGrid.Contracts;
using DataGrid.Runtime.Wire;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace DataGrid.Runtime.Tests.Wire;

/// <summary>Every message of the product crosses the wire whole: whatever was written is written again the same after it was read.</summary>
public sealed class ContractsTests
{
    private const int Depth = 5;

    public static TheoryData<string> Messages => [.. typeof(WorkspaceId).Assembly.GetTypes()
        .Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false) && !type.IsAbstract && !type.IsEnum && !type.ContainsGenericParameters)
        .Select(type => type.FullName!)];

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task A_message_crosses_the_wire_whole(string name)
    {
        var type = typeof(WorkspaceId).Assembly.GetType(name)!;
        await using var cluster = await TestCluster.StartAsync(services => services.Configure<EmbeddedSiloOptions>(options => options.GrainAssemblies.Add(typeof(WorkspaceId).Assembly)));
        var codec = new CodecCatalog(cluster.Services.GetRequiredService<Silo>()).For(type);
        var number = 0;
        var first = Write(codec, Make(type, Depth, ref number)!);
        var reader = new WireReader(first);
        var second = Write(codec, codec.ReadSlot(ref reader)!);
        Assert.Equal(0, reader.Left);
        Assert.Equal(Convert.ToHexString(first), Convert.ToHexString(second));
        Assert.True(number > 0 || !MessageShape.Levels(type).SelectMany(MessageShape.Fields).Any(), "Nothing was in it.");
    }

    private static byte[] Write(Codec codec, object value)
    {
        using var writer = new WireWriter(1 << 22);
        codec.WriteSlot(writer, value);
        return writer.Written.ToArray();
    }

    /// <summary>A value with something in every member, made without the checks of constructors.</summary>
    private static object? Make(Type type, int depth, ref int number)
    {
        number++;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Make(underlying, depth, ref number);
        if (type == typeof(string))
            return $"text {number}";
        if (type.IsEnum)
            return Enum.GetValues(type) is { Length: > 0 } values ? values.GetValue(number % values.Length) : Enum.ToObject(type, 0);
        if (type == typeof(bool))
            return true;
        if (type.IsPrimitive || type == typeof(decimal))
            return Convert.ChangeType(number % 100, type, System.Globalization.CultureInfo.InvariantCulture);
        if (type == typeof(DateTimeOffset))
            return DateTimeOffset.UnixEpoch.AddSeconds(number);
        if (type == typeof(TimeSpan))
            return TimeSpan.FromSeconds(number);
        if (type == typeof(Guid))
            return new Guid(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        if (Items(type) is { } item)
            return MakeMany(type, item, depth, ref number);
        if (type.IsAbstract)
            return type.Assembly.GetTypes().FirstOrDefault(other => !other.IsAbstract && type.IsAssignableFrom(other)) is { } derived ? Make(derived, depth, ref number) : null;
        if (depth == 0 && !type.IsValueType)
            return null;
        var made = RuntimeHelpers.GetUninitializedObject(type);
        if (!type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
            return Activator.CreateInstance(type);
        foreach (var (_, field) in MessageShape.Levels(type).SelectMany(MessageShape.Fields))
            field.SetValue(made, Make(field.FieldType, depth - 1, ref number));
        return made;
    }

    private static Type? Items(Type type) =>
        type.IsArray ? type.GetElementType()
        : type.GetInterfaces().Append(type).FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GenericTypeArguments[0];

    private static object? MakeMany(Type type, Type item, int depth, ref int number)
    {
        var items = Array.CreateInstance(item, depth > 0 ? 2 : 0);
        for (var i = 0; i < items.Length; i++)
            items.SetValue(item.IsGenericType && item.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
                ? Activator.CreateInstance(item, Make(item.GenericTypeArguments[0], depth - 1, ref number), Make(item.GenericTypeArguments[1], depth - 1, ref number))
                : Make(item, depth - 1, ref number), i);
        if (type.IsAssignableFrom(items.GetType()))
            return items;
        var factory = type.Name.Split('`')[0] switch
        {
            nameof(ImmutableArray) => typeof(ImmutableArray),
            nameof(ImmutableList) => typeof(ImmutableList),
            nameof(ImmutableDictionary) => typeof(ImmutableDictionary),
            nameof(ImmutableSortedDictionary) => typeof(ImmutableSortedDictionary),
            nameof(ImmutableHashSet) => typeof(ImmutableHashSet),
            nameof(ImmutableSortedSet) => typeof(ImmutableSortedSet),
            _ => throw new NotSupportedException($"Say here how a {type} is made."),
        };
        return factory.GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Single(m => m.Name == "CreateRange" && m.GetParameters() is [{ ParameterType: { IsGenericType: true } parameter }]
                && parameter.GetGenericTypeDefinition() == typeof(IEnumerable<>) && m.GetGenericArguments().Length == type.GenericTypeArguments.Length)
            .MakeGenericMethod(type.GenericTypeArguments).Invoke(null, [items]);
    }
}
