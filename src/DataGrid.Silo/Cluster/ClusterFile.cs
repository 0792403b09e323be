using System.Collections.Immutable;
using System.Text.Json;
using DataGrid.Contracts.Json;

namespace DataGrid.Silo.Cluster;

/// <summary>One silo of a local cluster.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ProcessId">Its process.</param>
/// <param name="Log">Its log file.</param>
/// <param name="Configuration">Its <c>silo.yaml</c>.</param>
public sealed record ClusterMember(string Name, int ProcessId, string Log, string Configuration);

/// <summary><c>cluster.json</c> in a root: which silos <c>datagrid up</c> has started on it. It holds no secret.</summary>
public sealed record ClusterFile
{
    private const string FileName = "cluster.json";

    /// <summary>The process that started the silos.</summary>
    public required int ProcessId { get; init; }

    /// <summary>The metadata's database, <c>host:port/database</c>.</summary>
    public required string Metadata { get; init; }

    /// <summary>The silos.</summary>
    public required ImmutableArray<ClusterMember> Silos { get; init; }

    /// <summary>What stands in a root; null when no cluster was started there.</summary>
    public static ClusterFile? Read(string root)
    {
        try
        {
            return JsonSerializer.Deserialize<ClusterFile>(File.ReadAllText(Path.Combine(root, FileName)), DataGridJson.Options);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes it; readers see the old or the new one.</summary>
    public void Write(string root)
    {
        var draft = Path.Combine(root, FileName + ".tmp");
        File.WriteAllText(draft, DataGridJson.ToIndentedText(this));
        File.Move(draft, Path.Combine(root, FileName), overwrite: true);
    }

    /// <summary>Removes it.</summary>
    public static void Remove(string root) => File.Delete(Path.Combine(root, FileName));
}
