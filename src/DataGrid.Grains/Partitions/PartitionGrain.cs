using System.Collections.Immutable;
using DataGrid.Contracts.Partitions;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Partitions;

/// <summary>One partition of a dataset: what filled it, when, from what, and what its checks found.</summary>
[GrainType("partition")]
public sealed class PartitionGrain([PersistentState("fills")] IPersistentState<PartitionState> state) : Grain, IPartitionGrain
{
    /// <summary>How many fills are kept; older ones stand in the table's log.</summary>
    public const int KeptFills = 20;

    /// <inheritdoc/>
    public Task RecordFill(PartitionFill fill)
    {
        if (state.State.Fills.Any(known => known.Version == fill.Version)) return Task.CompletedTask;
        state.State.Fills = [.. state.State.Fills.Append(fill).OrderByDescending(static known => known.Version).Take(KeptFills)];
        return state.WriteStateAsync();
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<PartitionFill>> Get() => Task.FromResult(state.State.Fills);
}

/// <summary>What a partition keeps.</summary>
[GenerateSerializer, Alias("PartitionState")]
public sealed class PartitionState
{
    /// <summary>The newest fills, newest first.</summary>
    [Id(0)] public ImmutableArray<PartitionFill> Fills { get; set; } = [];
}
