using System.Collections.Immutable;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Quality;
using Orleans;
using Orleans.Concurrency;

namespace DataGrid.Contracts.Partitions;

/// <summary>One partition of a dataset: what filled it, when, from what, its checks. Key: <c>workspace/ns.name/partition</c>; an unpartitioned dataset has the
/// partition <c>all</c>.</summary>
[Alias("IPartitionGrain")]
public interface IPartitionGrain : IGrainWithStringKey
{
    /// <summary>Records that a version filled the partition. Lost news is repaired from the table's log.</summary>
    [Alias("RecordFill"), OneWay]
    Task RecordFill(PartitionFill fill);

    /// <summary>The fills, newest first, at most the last twenty.</summary>
    [Alias("Get"), ReadOnly]
    Task<ImmutableArray<PartitionFill>> Get();
}

/// <summary>One filling of a partition.</summary>
[GenerateSerializer, Alias("PartitionFill"), Immutable]
public sealed record PartitionFill
{
    /// <summary>The table's version.</summary>
    [Id(0)] public required long Version { get; init; }

    /// <summary>The run.</summary>
    [Id(1)] public required RunId Run { get; init; }

    /// <summary>When it became visible, UTC.</summary>
    [Id(2)] public required DateTimeOffset At { get; init; }

    /// <summary>Rows added.</summary>
    [Id(3)] public long Rows { get; init; }

    /// <summary>Bytes added.</summary>
    [Id(4)] public long Bytes { get; init; }

    /// <summary>Files added.</summary>
    [Id(5)] public int Files { get; init; }

    /// <summary>What the step's checks found, without samples.</summary>
    [Id(6)] public ImmutableArray<CheckResult> Checks { get; init => field = value.OrEmpty(); } = [];
}
