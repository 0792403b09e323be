using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;

namespace DataGrid.Cli.Hosting;

/// <summary>The one place where the command chooses implementations. Each is made when a command asks for it, so that no command pays for another's.</summary>
internal static class Services
{
    /// <summary>Compiles projects.</summary>
    public static IProjectCompiler CreateCompiler() => throw Missing("the project compiler");

    /// <summary>Reads a root without owning it.</summary>
    public static IWorkspaceReader OpenReader(string root) => throw Missing($"reading {root}");

    /// <summary>Starts the embedded silo on a root.</summary>
    /// <exception cref="DataGridException">Another process owns the root, or it cannot be used.</exception>
    public static Task<IRunHost> StartHostAsync(string root, CancellationToken stop) => throw Missing($"running in {root}");

    /// <summary>Says what a run would do, without owning the root.</summary>
    public static Task<PlanReport> PlanAsync(string root, PipelineSpec spec, IReadOnlyList<string> select, CancellationToken stop) => throw Missing($"planning in {root}");

    /// <summary>Asks the process that owns the root to cancel a run.</summary>
    public static Task<CancelOutcome> CancelAsync(string root, RunId run, CancellationToken stop) => throw Missing($"cancelling in {root}");

    /// <summary>The engine's version; throws what the loader throws when the native library is not there.</summary>
    public static string EngineVersion() => "not part of this build";

    private static DataGridException Missing(string what) => new(new Problem { Code = ErrorCodes.EnvironmentIncomplete, Message = $"{what} is not part of this build" });
}
