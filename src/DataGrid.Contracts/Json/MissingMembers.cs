using System.Collections.Immutable;
using DataGrid.Contracts.Runs;

namespace DataGrid.Contracts.Json;

/// <summary>What a member is that a document of an older version does not have. Code written by the compiler sets every member, one that is missing to its type's
/// default, so the default that the member declares has to be put back here.</summary>
public static class MissingMembers
{
    /// <summary>Itself; the empty one where there is none.</summary>
    public static ImmutableArray<T> OrEmpty<T>(this ImmutableArray<T> value) => value.IsDefault ? [] : value;

    /// <inheritdoc cref="OrEmpty{T}(ImmutableArray{T})"/>
    public static ImmutableSortedDictionary<string, T> OrEmpty<T>(this ImmutableSortedDictionary<string, T>? value) => value ?? ImmutableSortedDictionary<string, T>.Empty;

    internal static TaskMetrics OrNew(this TaskMetrics? value) => value ?? new TaskMetrics();
}
