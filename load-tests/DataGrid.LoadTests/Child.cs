using System.Diagnostics;

namespace DataGrid.LoadTests;

/// <summary>How a child process went.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to its output.</param>
/// <param name="Error">What it wrote to its error output.</param>
/// <param name="Elapsed">From its start to its end.</param>
/// <param name="Processor">The processor time that it took, as far as was seen; steadier than <paramref name="Elapsed"/> on a machine that does other work.</param>
/// <param name="PeakBytes">The most memory that it had resident; 0 where the system does not tell.</param>
internal sealed record ChildResult(int ExitCode, string Output, string Error, TimeSpan Elapsed, TimeSpan Processor, long PeakBytes)
{
    /// <summary>The result, or an exception with what it said when it failed.</summary>
    public ChildResult Succeeded() => ExitCode == 0 ? this : throw new InvalidOperationException($"a measured command ended with {ExitCode}:\n{Error}\n{Output}");
}

/// <summary>Runs programs to be measured.</summary>
internal static class Child
{
    /// <summary>Runs <c>dotnet</c> with arguments.</summary>
    public static async Task<ChildResult> RunAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        // What the launcher sets.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        var (peak, processor) = (0L, TimeSpan.Zero);
        using var ended = new CancellationTokenSource();
        var watching = WatchAsync(process.Id, (bytes, time) => (peak, processor) = (bytes, time), ended.Token);
        await process.WaitForExitAsync();
        var elapsed = clock.Elapsed;
        await ended.CancelAsync();
        await watching;
        return new ChildResult(process.ExitCode, await output, await error, elapsed, processor, peak);
    }

    // The kernel keeps the high-water mark itself, so a coarse look finds every peak but one in the last moment.
    private static async Task WatchAsync(int process, Action<long, TimeSpan> seen, CancellationToken ended)
    {
        const int TicksPerSecond = 100;
        while (!ended.IsCancellationRequested && File.Exists($"/proc/{process}/status"))
        {
            try
            {
                var peak = (await File.ReadAllLinesAsync($"/proc/{process}/status", ended)).FirstOrDefault(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
                // After the name in parentheses: state, then numbers; user and system time are the fourteenth and fifteenth of the whole line.
                var times = (await File.ReadAllTextAsync($"/proc/{process}/stat", ended)).Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (peak is not null)
                    seen(long.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024, TimeSpan.FromSeconds((long.Parse(times[11]) + long.Parse(times[12])) / (double)TicksPerSecond));
                await Task.Delay(20, ended);
            }
            catch (Exception fault) when (fault is IOException or OperationCanceledException)
            {
                return;
            }
        }
    }
}
