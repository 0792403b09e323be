using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Metadata.State;

/// <summary>A stored state: its version, the format of its row, and its JSON.</summary>
internal readonly record struct StoredState(string Etag, int Format, string Payload);

/// <summary>How a fenced write went: the new version, or the version that was in the way (null: no row).</summary>
/// <param name="NewEtag">The version that it brought; null when it was not applied, as far as is known.</param>
/// <param name="StoredEtag">The version that is there instead.</param>
/// <param name="IsUncertain">It may have been applied, and replaced by others since: the reply to an earlier try was lost.</param>
internal readonly record struct WriteOutcome(string? NewEtag, string? StoredEtag, bool IsUncertain = false);

/// <summary>A write whose reply was lost, over which others have written since. Whether it was applied before theirs cannot be told any more.</summary>
internal sealed class UncertainWriteException(string message, string? storedEtag, string? currentEtag) : InconsistentStateException(message, storedEtag, currentEtag);

/// <summary>
/// The rows of grain state. Every change names the version that it builds on, a first write none; a version that a row has had never comes
/// again, also not after the row was removed.
/// </summary>
internal interface IStateTable
{
    /// <summary>A state; null when there is none.</summary>
    Task<StoredState?> ReadAsync(GrainId grain, string name);

    /// <summary>Inserts when <paramref name="held"/> is null, otherwise replaces exactly that version.</summary>
    Task<WriteOutcome> WriteAsync(GrainId grain, string name, string? held, string payload);

    /// <summary>Removes exactly the version <paramref name="held"/>.</summary>
    /// <returns>The version that is still there; null when nothing is left, whoever removed it.</returns>
    Task<string?> RemoveAsync(GrainId grain, string name, string? held);
}

/// <summary>How rows of state are written.</summary>
internal static class StateFormat
{
    /// <summary>Raised when rows are written in another way; this version reads all up to it.</summary>
    public const int Current = 1;
}
