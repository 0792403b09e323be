using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Storage;

namespace DataGrid.Core.Tests.Contracts;

/// <summary>Makes an instance of any message by its public members, so that a new message or member is tested the day it is added.</summary>
internal sealed class Samples(bool isFull)
{
    private const int MaxDepth = 12;
    private int _count;

    /// <summary>A value of the type. A full sample has every member set and one element in every collection; otherwise what may be null is null and collections are empty.</summary>
    public object? Make(Type type, int depth = 0)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying) return isFull ? Make(underlying, depth) : null;
        _count++;
        if (Known(type) is { } known) return known;
        if (type.IsEnum) return Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1);
        if (type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type)) return MakeCollection(type, depth);
        if (depth > MaxDepth && type.IsClass) return null;
        return MakeRecord(type, depth);
    }

    private object? Known(Type type) =>
        type == typeof(string) ? $"text {_count} \"é\" \u4e2d"
        : type == typeof(bool) ? true
        : type == typeof(int) ? _count
        : type == typeof(uint) ? (uint)_count
        : type == typeof(long) ? 9007199254740993L + _count
        : type == typeof(double) ? 0.1 + _count
        : type == typeof(TimeSpan) ? TimeSpan.FromTicks(12345678901 + _count)
        : type == typeof(Guid) ? new Guid(_count, 1, 2, [3, 4, 5, 6, 7, 8, 9, 10])
        : type == typeof(DateTimeOffset) ? new DateTimeOffset(2026, 11, 20, 13, 15, 2, TimeSpan.Zero).AddTicks(_count)
        : type == typeof(WorkspaceId) ? WorkspaceId.Parse($"w{_count}")
        : type == typeof(PipelineId) ? PipelineId.Parse($"p{_count}")
        : type == typeof(RunId) ? RunId.Parse($"20261120-131502-{_count:x8}")
        : type == typeof(AttemptId) ? AttemptId.Create(new Guid(_count, 1, 2, [3, 4, 5, 6, 7, 8, 9, 10]))
        : type == typeof(DatasetName) ? DatasetName.Of("silver", $"t{_count}")
        : type == typeof(ObjectPath) ? ObjectPath.Parse($"a/b-{_count}.parquet")
        : null;

    private object MakeCollection(Type type, int depth)
    {
        var arguments = type.GetGenericArguments();
        var builderFactory = Assembly.GetAssembly(typeof(ImmutableArray))!.GetType($"{type.Namespace}.{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}")
            ?? throw new NotSupportedException($"{type} is not an immutable collection");
        dynamic builder = builderFactory.GetMethods().Single(m => m.Name == "CreateBuilder" && m.GetParameters().Length == 0)
            .MakeGenericMethod(arguments).Invoke(null, null)!;
        if (isFull && depth <= MaxDepth)
        {
            if (arguments.Length == 2) builder.Add((dynamic)Make(arguments[0], depth + 1)!, (dynamic?)Make(arguments[1], depth + 1));
            else builder.Add((dynamic)Make(arguments[0], depth + 1)!);
        }
        return builder.ToImmutable();
    }

    private object MakeRecord(Type type, int depth)
    {
        var constructor = type.GetConstructors().OrderByDescending(static c => c.GetParameters().Length).FirstOrDefault();
        var given = constructor?.GetParameters() ?? [];
        var instance = constructor is null ? Activator.CreateInstance(type)! : constructor.Invoke(given.Select(p => Value(p.ParameterType, IsNullable(p), depth)).ToArray());
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static p => p.SetMethod is { IsPublic: true }))
            property.SetValue(instance, Value(property.PropertyType, IsNullable(property), depth));
        return instance;
    }

    private object? Value(Type type, bool isNullable, int depth) => !isFull && isNullable ? null : Make(type, depth + 1);

    private static bool IsNullable(PropertyInfo property) => new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;

    private static bool IsNullable(ParameterInfo parameter) => new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.Nullable;
}
