using System.Collections.Immutable;
using System.Text.Json;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Lineage;
using DataGrid.Core.DeltaLog;

namespace DataGrid.Silo.Reading;

/// <summary>Reads what DataGrid wrote into log entries.</summary>
internal static class Provenance
{
    /// <summary>Of an entry's commits; null when none has any.</summary>
    public static VersionProvenance? Of(ImmutableArray<CommitMember> members) => members.Select(static member => Parse(member.ProvenanceJson)).FirstOrDefault(static found => found is not null);

    private static VersionProvenance? Parse(string? json)
    {
        if (json is null) return null;
        try
        {
            return JsonSerializer.Deserialize<VersionProvenance>(json, DataGridJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
