using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Sessions;

/// <summary>What a locked instance is to reach and hold.</summary>
internal sealed record InstanceSetup
{
    /// <summary>Memory, threads and disk.</summary>
    public required TaskLimits Limits { get; init; }

    /// <summary>
    /// Absolute paths of the files that may be read. The engine cannot be told "read only", so these must be files that the process may not write,
    /// or statements must pass the SQL gate first.
    /// </summary>
    public IReadOnlyList<string> ReadableFiles { get; init; } = [];

    /// <summary>An existing folder that may be written, or null for none.</summary>
    public string? OutputDirectory { get; init; }

    /// <summary>Runs while the instance is still open to the files: views over the inputs are made here, from SQL of our own only.</summary>
    public Action<DuckDbConnection>? Prepare { get; init; }
}
