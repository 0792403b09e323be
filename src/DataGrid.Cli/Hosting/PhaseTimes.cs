using System.Diagnostics;
using System.Globalization;

namespace DataGrid.Cli.Hosting;

/// <summary>Tells on the error output how long after the process began it came to a point, when <see cref="Variable"/> is set: what start-up is measured with.</summary>
internal static class PhaseTimes
{
    /// <summary>Set to 1, the command tells its times.</summary>
    public const string Variable = "DATAGRID_TIMES";

    private static readonly TimeSpan? UntilHere = Environment.GetEnvironmentVariable(Variable) == "1" ? SinceBegin() : null;
    private static readonly long Here = Stopwatch.GetTimestamp();

    /// <summary>Tells that the process has come to <paramref name="point"/>, as <c>time NAME SECONDS</c>.</summary>
    public static void Tell(string point)
    {
        if (UntilHere is { } begin)
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"time {point} {(begin + Stopwatch.GetElapsedTime(Here)).TotalSeconds:0.000}"));
    }

    private static TimeSpan SinceBegin()
    {
        using var process = Process.GetCurrentProcess();
        return TimeProvider.System.GetLocalNow().DateTime - process.StartTime;
    }
}
