namespace DataGrid.Client.Lineage;

/// <summary>Which way to walk.</summary>
public enum LineageDirection
{
    /// <summary>Towards what it comes from.</summary>
    Upstream,
    /// <summary>Towards what is made of it.</summary>
    Downstream,
    /// <summary>Both.</summary>
    Both,
}

/// <summary>A part of the lineage graph.</summary>
public sealed record LineageGraph
{
    /// <summary>Where the walk began: <c>namespace.name</c> or <c>namespace.name.column</c>.</summary>
    public string? Target { get; init; }

    /// <summary>Of which version, where one was asked for.</summary>
    public long? Version { get; init; }

    /// <summary>What was met, by name.</summary>
    public IReadOnlyList<LineageNode> Nodes { get; init; } = [];

    /// <summary>What acts on what, nearest first.</summary>
    public IReadOnlyList<LineageEdge> Edges { get; init; } = [];

    /// <summary>Whether there is more than is shown.</summary>
    public bool IsTruncated { get; init; }
}

/// <summary>A column, or a dataset as a whole.</summary>
/// <param name="Id">The full name.</param>
/// <param name="Dataset">The dataset.</param>
/// <param name="Column">The column; null for the whole dataset.</param>
public sealed record LineageNode(string Id, string Dataset, string? Column);

/// <summary>One acts on another.</summary>
/// <param name="From">What acts.</param>
/// <param name="To">What it acts on.</param>
/// <param name="Kind">How: <c>identity</c>, <c>transformation</c>, <c>join</c> and so on; null where rows count and no column does.</param>
/// <param name="IsDirect">Whether values go along it.</param>
public sealed record LineageEdge(string From, string To, string? Kind, bool IsDirect);

/// <summary>What a change would touch.</summary>
public sealed record LineageImpact
{
    /// <summary>What would change.</summary>
    public required string Target { get; init; }

    /// <summary>The datasets that are made of it, nearest first.</summary>
    public IReadOnlyList<ImpactedDataset> Datasets { get; init; } = [];

    /// <summary>Whether there is more than is shown.</summary>
    public bool IsTruncated { get; init; }
}

/// <summary>A dataset that a change would touch.</summary>
public sealed record ImpactedDataset
{
    /// <summary>The dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>How many steps away.</summary>
    public int Distance { get; init; }

    /// <summary>The pipeline that makes it.</summary>
    public string? Pipeline { get; init; }

    /// <summary>Whom to ask.</summary>
    public string? Owner { get; init; }

    /// <summary>Its columns whose values come from the target.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>Its columns on which the target acts otherwise: by a join, a filter, a group.</summary>
    public IReadOnlyList<string> Influenced { get; init; } = [];
}
