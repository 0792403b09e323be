using System.Globalization;
using DataGrid.DuckDb;

namespace DataGrid.Storage.Delta;

/// <summary>The engine that reads and writes checkpoints and compacts files. It never
/// sees SQL of users. Opened when first needed; closed with its owner.</summary>
public sealed class LogEngine : IDisposable
{
    private readonly Lazy<DuckDbInstance> _instance;
    private readonly string _scratch;

    /// <summary>Makes an engine with these limits.</summary>
    public LogEngine(DeltaTableOptions options)
    {
        if (options.Validate().FirstOrDefault() is { } wrong) throw new ArgumentException(wrong, nameof(options));
        _scratch = Path.Combine(options.ScratchFolder ?? Path.GetTempPath(), "datagrid-log");
        // A folder of its own to spill to: when an instance is closed it removes everybody's spilled files there.
        var spill = Path.Combine(_scratch, string.Create(CultureInfo.InvariantCulture, $"spill-{Environment.ProcessId}-{Guid.NewGuid():N}"));
        _instance = new Lazy<DuckDbInstance>(() => DuckDbInstance.Open(config: new Dictionary<string, string>
        {
            ["memory_limit"] = $"{options.EngineMemoryBytes / (1 << 20)}MiB",
            ["threads"] = options.EngineThreads.ToString(CultureInfo.InvariantCulture),
            ["temp_directory"] = spill,
            ["autoinstall_known_extensions"] = "false",
            ["autoload_known_extensions"] = "false",
        }));
    }

    /// <summary>Runs engine work on the pool, with a connection of its own whose time zone is UTC.</summary>
    internal Task<T> RunAsync<T>(Func<DuckDbConnection, T> work, CancellationToken cancellationToken) => Task.Run(() =>
    {
        Directory.CreateDirectory(_scratch); // The engine makes the last folder of a path and none above it.
        using var connection = _instance.Value.Connect();
        connection.Execute("SET TimeZone = 'UTC'", cancellationToken);
        return work(connection);
    }, cancellationToken);

    /// <summary>The name of a file of this process alone; its folder exists.</summary>
    internal string NewScratchFile(string extension)
    {
        Directory.CreateDirectory(_scratch);
        return Path.Combine(_scratch, $"{Guid.NewGuid():N}{extension}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_instance.IsValueCreated) _instance.Value.Dispose();
    }
}
