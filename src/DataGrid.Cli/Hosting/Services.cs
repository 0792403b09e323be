using System.Globalization;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Pipelines;
using DataGrid.Engine.Projects;
using DataGrid.Engine.Projects.Sources;
using DataGrid.Engine.Sessions;
using DataGrid.Silo;
using DataGrid.Silo.Reading;

namespace DataGrid.Cli.Hosting;

/// <summary>The one place where the command chooses implementations. Each is made when a command asks for it, so that no command pays for another's.</summary>
internal static class Services
{
    /// <summary>Compiles projects.</summary>
    public static IProjectCompiler CreateCompiler() => new ProjectCompiler(new EngineOptions { WarmInstances = 0 }, new ProjectOptions());

    /// <summary>Finds the files of sources.</summary>
    public static ISourceFiles CreateSourceFiles() => new ProjectSourceFiles(new ProjectOptions());

    /// <summary>Reads a root without owning it.</summary>
    public static WorkspaceReader OpenReader(string root) => WorkspaceReader.Open(root, WorkspaceId.Default);

    /// <summary>Starts the embedded silo on a root. The engine spills below the root, where there is room for data, and what a killed process left of that goes.</summary>
    /// <exception cref="DataGridException">Another process owns the root, or it cannot be used.</exception>
    public static async Task<EmbeddedSilo> StartSiloAsync(string root, EngineOptions engine, CancellationToken stop)
    {
        var spill = Path.Combine(Path.GetFullPath(root), "tmp");
        var silo = await EmbeddedSilo.StartAsync(new SiloOptions
        {
            Root = root,
            Engine = engine with { TemporaryDirectory = spill },
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
