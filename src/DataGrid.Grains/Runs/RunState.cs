using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using Orleans;

namespace DataGrid.Grains.Runs;

/// <summary>What a run keeps in the grain store; all else stands in its files.</summary>
[GenerateSerializer, Alias("RunState")]
public sealed class RunState
{
    /// <summary>Whose run it is.</summary>
    [Id(0)] public PipelineId Pipeline { get; set; }

    /// <summary>Where it stands.</summary>
    [Id(1)] public RunStatus Status { get; set; }

    /// <summary>Why somebody wants it cancelled; null when nobody does.</summary>
    [Id(2)] public string? CancelReason { get; set; }
}
