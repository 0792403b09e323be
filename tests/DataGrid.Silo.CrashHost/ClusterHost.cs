using System.Globalization;
using System.Runtime.InteropServices;
using DataGrid.Silo.Cluster;
using DataGrid.Silo.Configuration;
using DataGrid.Storage;
using DataGrid.Worker;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace DataGrid.Silo.CrashHost;

/// <summary>
/// One silo of a cluster: <c>silo FILE FAULTS [skew=SECONDS] [twice]</c>. Says <c>ready NAME</c>, and <c>dead WHY</c> when the others declared it dead; ends when its input ends. In the
/// folder FAULTS a file named as a place, with <c>kill</c> or <c>stop</c> in it, does that to the first silo that comes there; the silo says <c>at PLACE</c> before.
/// </summary>
internal static class ClusterHost
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (options, problems) = await SiloConfiguration.LoadAsync(arguments[0], CancellationToken.None);
        if (options is null)
        {
            Say(string.Join("; ", problems.Select(static problem => problem.Message)));
            return 2;
        }
        var twice = arguments.Contains("twice") ? new EveryCallTwice() : null;
        var skew = arguments.FirstOrDefault(static word => word.StartsWith("skew=", StringComparison.Ordinal));
        await using var silo = await ClusterSilo.StartAsync(
            options with
            {
                Failpoints = new FaultFolder(arguments[1]),
                Worker = options.Worker with { Isolation = TaskIsolation.InProcess },
                Tables = options.Tables with { CheckpointInterval = 3 },
                Services = services =>
                {
                    if (skew is not null) services.AddSingleton<TimeProvider>(new SkewedClock(TimeSpan.FromSeconds(int.Parse(skew.AsSpan(5), CultureInfo.InvariantCulture))));
                    if (twice is not null) services.AddSingleton<IOutgoingGrainCallFilter>(twice);
                },
            },
            CancellationToken.None);
        var told = new TaskCompletionSource();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            told.TrySetResult();
        });
        Say($"ready {options.Cluster!.SiloName}");
        var input = UntilInputEndsAsync();
        var why = await Task.WhenAny(silo.Ended, input, told.Task);
        if (twice is not null) Say($"again {twice.RanAgain}");
        if (why != silo.Ended) return 0;
        Say($"dead {await silo.Ended}");
        return 3;
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    private static async Task UntilInputEndsAsync()
    {
        var nothing = new byte[64];
        await using var input = Console.OpenStandardInput();
        while (await input.ReadAsync(nothing) > 0)
        {
            // What is written there means nothing.
        }
    }

    private sealed class FaultFolder(string folder) : IFailpoints
    {
        public ValueTask HitAsync(string at, CancellationToken cancellationToken)
        {
            var file = Path.Combine(folder, at);
            if (!File.Exists(file)) return ValueTask.CompletedTask;
            string what;
            try
            {
                // Of several silos one takes it: for the others it is gone.
                var taken = $"{file}.{Environment.ProcessId}";
                File.Move(file, taken, overwrite: true);
                what = File.ReadAllText(taken);
            }
            catch (IOException)
            {
                return ValueTask.CompletedTask;
            }
            Say($"at {at}");
            // What happens to a machine happens to all of its threads.
            Signals.Send(Environment.ProcessId, what == "kill" ? Signals.Kill : Signals.Stop);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class SkewedClock(TimeSpan skew) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + skew;
    }
}

/// <summary>Signals that the platform's own types do not send.</summary>
internal static partial class Signals
{
    public const int Kill = 9;

    public static int Stop => OperatingSystem.IsMacOS() ? 17 : 19;

    public static void Send(int process, int signal) => _ = SendSignal(process, signal);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
