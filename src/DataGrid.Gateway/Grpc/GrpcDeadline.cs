using System.Globalization;
using DataGrid.Contracts.Errors;
using DataGrid.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace DataGrid.Gateway.Grpc;

/// <summary>How long the caller waits: <c>grpc-timeout</c>, at most eight digits and a unit.</summary>
internal static class GrpcDeadline
{
    /// <summary>A timer takes no longer one; whoever waits for so long waits for ever.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    /// <summary>What a request says; null when it says nothing.</summary>
    /// <exception cref="DataGridException">It is none.</exception>
    public static TimeSpan? Of(HttpContext http) => http.Request.Headers["grpc-timeout"] is [{ } said] ? Parse(said) : null;

    /// <summary>Reads one.</summary>
    /// <exception cref="DataGridException">It is none.</exception>
    public static TimeSpan Parse(string text)
    {
        if (text.Length is < 2 or > 9 || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) throw Wrong(text);
        var ticks = text[^1] switch
        {
            'H' => count * TimeSpan.TicksPerHour,
            'M' => count * TimeSpan.TicksPerMinute,
            'S' => count * TimeSpan.TicksPerSecond,
            'm' => count * TimeSpan.TicksPerMillisecond,
            'u' => count * TimeSpan.TicksPerMicrosecond,
            'n' => count / TimeSpan.NanosecondsPerTick,
            _ => throw Wrong(text),
        };
        return TimeSpan.FromTicks(Math.Min(ticks, Longest.Ticks));
    }

    private static DataGridException Wrong(string text) => ApiFaults.Usage($"grpc-timeout is '{text}'", "give up to eight digits and one of H M S m u n");
}
