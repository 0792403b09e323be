using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace DataGrid.Silo.Hosting;

/// <summary>Writes a silo's log to one file, so that nothing disturbs the command's own output. The file begins anew when it has grown too large.</summary>
internal sealed class FileLoggerProvider(string path, TimeProvider clock, bool isJson) : ILoggerProvider
{
    private const long MaxBytes = 16L << 20;

    private readonly Lock _gate = new();
    private StreamWriter? _writer;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new FileLogger(this, categoryName);

    /// <inheritdoc/>
    public void Dispose() => _writer?.Dispose();

    private void Write(string category, LogLevel level, EventId id, string message, Exception? fault)
    {
        var line = isJson
            ? JsonLine(category, level, id, message, fault)
            : string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow():O} {level} {category}[{id.Id}] {message}");
        lock (_gate)
        {
            try
            {
                _writer ??= Open();
                _writer.WriteLine(fault is null || isJson ? line : $"{line}{Environment.NewLine}{fault}");
                _writer.Flush();
            }
            catch (Exception unwritten) when (unwritten is IOException or UnauthorizedAccessException)
            {
                // A log that cannot be written (a full disk, somebody else's folder) must not stop the work that it tells of, nor hide why that stops.
            }
        }
    }

    private string JsonLine(string category, LogLevel level, EventId id, string message, Exception? fault)
    {
        var entry = new JsonObject
        {
            ["time"] = clock.GetUtcNow(),
            ["level"] = level.ToString(),
            ["category"] = category,
            ["event"] = id.Id,
            ["message"] = message,
        };
        if (fault is not null) entry["exception"] = fault.ToString();
        if (Activity.Current is { } span) (entry["traceId"], entry["spanId"]) = (span.TraceId.ToHexString(), span.SpanId.ToHexString());
        return entry.ToJsonString();
    }

    private StreamWriter Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var isTooLarge = new FileInfo(path) is { Exists: true, Length: > MaxBytes };
        return new StreamWriter(new FileStream(path, isTooLarge ? FileMode.Create : FileMode.Append, FileAccess.Write, FileShare.ReadWrite));
    }

    private sealed class FileLogger(FileLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) provider.Write(category, logLevel, eventId, formatter(state, exception), exception);
        }
    }
}
