using System.Diagnostics;
using System.Globalization;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Pipelines;
using DataGrid.Engine.Projects;
using DataGrid.Engine.Sessions;
using DataGrid.Storage;
using DataGrid.Worker;

namespace DataGrid.Silo.CrashHost;

/// <summary>Runs the project of a folder once. Says <c>started</c> when its silo stands and how the run ended; with a failpoint and a number it kills itself when it comes there
/// for the so-many-th time. With <c>children</c> for the failpoint its tasks run in child processes. With <c>silo</c> for the folder it is one of a cluster.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments[0] == "silo") return await ClusterHost.RunAsync(arguments[1..]);
        var folder = arguments[0];
        var engine = new EngineOptions { MemoryBytes = 1L << 30, Threads = 2, WarmInstances = 1, TemporaryDirectory = Path.Combine(folder, "spill") };
        var compiling = new ProjectCompiler(engine, new ProjectOptions()).CompileAsync(folder, [], CancellationToken.None);
        await using var silo = await EmbeddedSilo.StartAsync(
            new SiloOptions
            {
                Root = Path.Combine(folder, ".datagrid"),
                Engine = engine,
                Worker = new() { Isolation = arguments.Contains("children") ? TaskIsolation.ChildProcess : TaskIsolation.InProcess },
                // Small, so that a few runs come by every place of a checkpoint.
                Tables = new() { CheckpointInterval = 3 },
                Failpoints = arguments.Length > 2 ? new Kill(arguments[1], int.Parse(arguments[2], CultureInfo.InvariantCulture)) : Failpoints.None,
            },
            CancellationToken.None);
        Say("started");
        var spec = (await compiling).Spec ?? throw new InvalidOperationException("the project has errors");
        var submitted = await silo.SubmitAsync(spec, new RunRequest { Fingerprint = spec.Fingerprint, ProjectDirectory = folder });
        var run = submitted.Run ?? throw new InvalidOperationException(submitted.Problems[0].Message);
        await foreach (var page in silo.WatchAsync(run, CancellationToken.None))
            if (page.IsComplete) break;
        var record = await silo.GetRunAsync(run);
        Say($"{record!.Status} {record.Problem?.Message}");
        return record.Status == RunStatus.Succeeded ? 0 : 1;
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    private sealed class Kill(string name, int turn) : IFailpoints
    {
        private int _hits;

        public ValueTask HitAsync(string at, CancellationToken cancellationToken)
        {
            if (at == name && Interlocked.Increment(ref _hits) == turn) Process.GetCurrentProcess().Kill();
            return ValueTask.CompletedTask;
        }
    }
}
