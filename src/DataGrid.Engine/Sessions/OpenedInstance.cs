using System.Globalization;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Sessions;

/// <summary>An instance before it is locked: all that does not depend on the task is done, so that a warm one costs a task next to nothing.</summary>
internal sealed class OpenedInstance : IDisposable
{
    private static long _lastNumber;

    private OpenedInstance(DuckDbInstance instance, DuckDbConnection connection, string temporaryDirectory, TaskLimits limits)
    {
        Limits = limits;
        Instance = instance;
        Connection = connection;
        TemporaryDirectory = temporaryDirectory;
    }

    public DuckDbInstance Instance { get; }

    public DuckDbConnection Connection { get; }

    /// <summary>What it was opened with.</summary>
    public TaskLimits Limits { get; }

    /// <summary>The instance's own; the engine makes it when it spills.</summary>
    public string TemporaryDirectory { get; }

    public static OpenedInstance Open(EngineOptions options)
    {
        var limits = options.Share;
        var number = Interlocked.Increment(ref _lastNumber);
        var temporary = Path.Combine(Path.GetFullPath(options.TemporaryDirectory), string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{number}"));
        // The engine makes its own folder when it spills, but no folder above it.
        Directory.CreateDirectory(Path.GetDirectoryName(temporary)!);
        // Parquet, JSON and ICU are linked into the library: nothing has to be loaded, and from here on nothing can be.
        var instance = DuckDbInstance.Open(":memory:", new Dictionary<string, string>
        {
            ["temp_directory"] = temporary,
            ["max_temp_directory_size"] = string.Create(CultureInfo.InvariantCulture, $"{limits.TemporaryBytes}B"),
            ["autoinstall_known_extensions"] = "false",
            ["autoload_known_extensions"] = "false",
            ["allow_community_extensions"] = "false",
            ["allow_persistent_secrets"] = "false",
            // Most tasks get one share. To change the memory limit later gives the allocator's free pages back to the system, those of running queries too.
            ["memory_limit"] = string.Create(CultureInfo.InvariantCulture, $"{limits.MemoryBytes}B"),
            ["threads"] = limits.Threads.ToString(CultureInfo.InvariantCulture),
            // Whoever reads a file twice finds it in the system's file cache, which no limit of a task pays for.
            ["enable_external_file_cache"] = "false",
        });
        try
        {
            var connection = instance.Connect();
            // An input's footer is read when its view is made and again by the query: cached.
            // Beyond so many folders the engine closes one's file and begins another.
            connection.Execute("SET GLOBAL parquet_metadata_cache = true; SET GLOBAL partitioned_write_max_open_files = 1000");
            // Times do not depend on the machine's zone; progress is asked for, never printed.
            connection.Execute("SET GLOBAL TimeZone = 'UTC'; SET TimeZone = 'UTC'; SET enable_progress_bar = true; SET enable_progress_bar_print = false; SET progress_bar_time = 0;");
            return new OpenedInstance(instance, connection, temporary, limits);
        }
        catch
        {
            instance.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Connection.Dispose();
        Instance.Dispose();
    }
}
