using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataGrid.Contracts.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace DataGrid.Gateway.Access;

/// <summary>One entry of the audit log. No secrets and no values: who, what, on what, when, from where, how it ended.</summary>
internal sealed record AuditEntry
{
    public required DateTimeOffset At { get; init; }

    public required string Who { get; init; }

    public string? Key { get; init; }

    public required string Action { get; init; }

    public required string Method { get; init; }

    public required string Route { get; init; }

    public string? Target { get; init; }

    public string? From { get; init; }

    public required string Outcome { get; init; }

    public required string Request { get; init; }

    /// <summary>The hash of the entry before this one.</summary>
    public required string Before { get; init; }

    /// <summary>SHA-256 over <see cref="Before"/> and all of the above.</summary>
    public string? Hash { get; init; }
}

/// <summary>
/// Every change and every denial, as lines of JSON in a file of this silo for each day. Each line holds the hash of the one before it, so that a line that is changed or
/// taken out from the middle shows; the chain goes on from file to file and from start to start.
/// </summary>
internal sealed class AuditLog(string folder, TimeProvider clock, ILogger<AuditLog> logger)
{
    private const string Origin = "0000000000000000000000000000000000000000000000000000000000000000";

    private readonly Lock _writing = new();
    private string? _head;

    /// <summary>Writes an entry.</summary>
    public void Write(HttpContext http, Caller? caller, string action, string outcome)
    {
        var now = clock.GetUtcNow();
        var entry = new AuditEntry
        {
            At = now,
            Who = caller?.Name ?? "nobody",
            Key = caller?.Key?.Key,
            Action = action,
            Method = http.Request.Method,
            Route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "",
            Target = http.AuditedTarget() ?? Target(http.Request.RouteValues),
            From = http.Connection.RemoteIpAddress?.ToString(),
            Outcome = outcome,
            Request = http.TraceIdentifier,
            Before = "",
        };
        try
        {
            lock (_writing) Append(entry, now);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            GatewayLog.AuditFailed(logger, fault);
        }
    }

    /// <summary>The first line of a file whose chain does not hold, from 1; null when it holds.</summary>
    public static int? FindBreak(IEnumerable<string> lines, string? before = null)
    {
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            var entry = JsonSerializer.Deserialize<AuditEntry>(line, DataGridJson.Options)!;
            if (before is not null && entry.Before != before || entry.Hash != HashOf(entry)) return number;
            before = entry.Hash;
        }
        return null;
    }

    private void Append(AuditEntry entry, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder);
        _head ??= LastHash() ?? Origin;
        var chained = entry with { Before = _head };
        chained = chained with { Hash = HashOf(chained) };
        File.AppendAllText(Path.Combine(folder, now.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + ".ndjson"), JsonSerializer.Serialize(chained, DataGridJson.Options) + "\n");
        _head = chained.Hash!;
    }

    private string? LastHash()
    {
        var newest = Directory.EnumerateFiles(folder, "*.ndjson").Order(StringComparer.Ordinal).LastOrDefault();
        if (newest is null) return null;
        foreach (var line in File.ReadLines(newest).Reverse())
        {
            try
            {
                return JsonSerializer.Deserialize<AuditEntry>(line, DataGridJson.Options)?.Hash;
            }
            catch (JsonException)
            {
                // The process was killed while it wrote; the line before counts.
            }
        }
        return null;
    }

    private static string HashOf(AuditEntry entry) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(entry with { Hash = null }, DataGridJson.Options))));

    private static string? Target(RouteValueDictionary values) => values.Count == 0 ? null : string.Join('/', values.Values);
}
