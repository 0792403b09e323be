using System.Text.Json.Serialization;
using DataGrid.Engine.Sessions;

namespace DataGrid.Worker.Children;

/// <summary>What a child is told when it starts; it binds itself before it takes a task, and cannot undo it.</summary>
internal sealed record ChildSetup
{
    /// <summary>The engine's limits and folders. The folder for spilling is the child's own.</summary>
    public required EngineOptions Engine { get; init; }

    /// <summary>See <see cref="ChildOptions.MemoryHeadroom"/>.</summary>
    public required double MemoryHeadroom { get; init; }

    /// <summary>See <see cref="ChildOptions.ExtraMemoryBytes"/>.</summary>
    public required long ExtraMemoryBytes { get; init; }

    /// <summary>The process that must live for the child to live.</summary>
    public required int ParentId { get; init; }

    /// <summary>The user to become; null to stay.</summary>
    public int? RunAsUser { get; init; }

    /// <summary>The group to become.</summary>
    public int? RunAsGroup { get; init; }
}

/// <summary>What a child uses.</summary>
internal sealed record ChildState
{
    /// <summary>The most memory that was resident since the task began, in bytes; 0 where the system does not tell.</summary>
    public long PeakBytes { get; init; }

    /// <summary>The limit of its memory, in bytes; 0 where there is none.</summary>
    public long LimitBytes { get; init; }

    /// <summary>When the child began its task, UTC; not set where it has none.</summary>
    public DateTimeOffset BegunAt { get; init; }

    /// <summary>How long it worked at it.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The span of its task as the child was told it: what it does belongs to that trace.</summary>
    public string? TraceParent { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(ChildSetup))]
[JsonSerializable(typeof(ChildState))]
internal sealed partial class ChildMessagesJson : JsonSerializerContext;
