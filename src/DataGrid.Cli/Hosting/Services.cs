using System.Globalization;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Pipelines;
using DataGrid.Engine.Sessions;
using DataGrid.Gateway;
using DataGrid.Silo;
using DataGrid.Silo.Pipelines;
using DataGrid.Silo.Reading;
using DataGrid.Storage.Delta;

namespace DataGrid.Cli.Hosting;

/// <summary>The one place where the command chooses implementations. Each is made when a command asks for it, so that no command pays for another's.</summary>
internal static class Services
{
    /// <summary>Reads a root without owning it.</summary>
    public static WorkspaceReader OpenReader(string root) => WorkspaceReader.Open(root, WorkspaceId.Default);

    /// <summary>The engine of this process, for one query: an instance that waits warm would never be used.</summary>
    public static QueryEngine OpenEngine(WorkspaceReader reader) => new(reader, new EngineOptions { WarmInstances = 0 });

    /// <summary>Compiles projects for a root, and plans runs of them.</summary>
    /// <param name="reader">The root; null where nothing has run yet.</param>
    public static IProjectService CreateProjects(WorkspaceReader? reader) => new ProjectService(reader, new EngineOptions { WarmInstances = 0 }, new ProjectOptions());

    /// <summary>Reads a root without owning it; null where there is none yet.</summary>
    /// <param name="root">The root.</param>
    /// <param name="share">Keeps what is read of tables for the silo of this process; null when there is none.</param>
    public static WorkspaceReader? OpenReaderIfThere(string root, SnapshotShare? share = null) => Directory.Exists(root) ? WorkspaceReader.Open(root, WorkspaceId.Default, share) : null;

    /// <summary>Starts the embedded silo on a root, with a gateway where one is wanted. The engine spills below the root, where there is room for data, and what a killed process left of that goes.</summary>
    /// <exception cref="DataGridException">Another process owns the root, or it cannot be used.</exception>
    public static async Task<EmbeddedSilo> StartSiloAsync(string root, EngineOptions engine, GatewayOptions? gateway, CancellationToken stop, SnapshotShare? share = null)
    {
        var spill = Path.Combine(Path.GetFullPath(root), "tmp");
        var silo = await EmbeddedSilo.StartAsync(new SiloOptions
        {
            Root = root,
            Engine = engine with { TemporaryDirectory = spill },
            Gateway = gateway,
            Snapshots = share,
        }, stop).ConfigureAwait(false);
        PhaseTimes.Tell("silo-ready");
        var own = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-");
        foreach (var left in Directory.Exists(spill) ? Directory.GetDirectories(spill).Where(folder => !Path.GetFileName(folder).StartsWith(own, StringComparison.Ordinal)) : [])
            Directory.Delete(left, recursive: true);
        return silo;
    }

    /// <summary>The engine's version; throws what the loader throws when the native library is not there.</summary>
    public static string EngineVersion() => DuckDb.DuckDbInstance.EngineVersion;
}
