using System.Globalization;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Sessions;

/// <summary>
/// The second wall: an in-memory engine that reaches exactly the files of one task. The order matters: settings, then views over the inputs,
/// then the allowed paths, then external access off, then the configuration locked, then all of it read back.
/// Whatever statement gets past the gate can touch nothing else; a statement that poisons the instance costs that instance, not the process.
/// </summary>
internal sealed class LockedInstance : IDisposable
{
    private readonly OpenedInstance _opened;
    private bool _disposed;

    private LockedInstance(OpenedInstance opened) => _opened = opened;

    /// <summary>The one connection. More cannot be made: errors of a later one would have no positions.</summary>
    public DuckDbConnection Connection => _opened.Connection;

    /// <summary>Whether it had to be kept for the life of the process, because closing it would end the process.</summary>
    public bool WasAbandoned { get; private set; }

    /// <summary>Opens and locks an instance.</summary>
    /// <exception cref="DuckDbException">An input cannot be read.</exception>
    public static LockedInstance Open(EngineOptions options, InstanceSetup setup) => Lock(OpenedInstance.Open(options), setup);

    /// <summary>Locks an opened instance, which belongs to the result from then on.</summary>
    public static LockedInstance Lock(OpenedInstance opened, InstanceSetup setup)
    {
        try
        {
            var connection = opened.Connection;
            Limit(connection, opened.Limits, setup.Limits);
            setup.Prepare?.Invoke(connection);
            var files = setup.ReadableFiles.Select(AbsolutePath).ToList();
            var folders = setup.OutputDirectory is null ? [] : new List<string> { AbsolutePath(setup.OutputDirectory) };
            connection.Execute(
                $"SET allowed_paths = {SqlText.QuoteLiteralList(files)}; SET allowed_directories = {SqlText.QuoteLiteralList(folders)}; " +
                "SET enable_external_access = false; SET lock_configuration = true");
            Verify(connection, opened.TemporaryDirectory, files, folders);
            return new LockedInstance(opened);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>An instance that reaches nothing at all, to parse and bind in.</summary>
    public static LockedInstance OpenScratch(EngineOptions options, Action<DuckDbConnection>? prepare = null) => Open(options, new InstanceSetup
    {
        Limits = new() { MemoryBytes = EngineOptions.MinimumMemoryBytes * 4, Threads = 1, TemporaryBytes = 0 },
        Prepare = prepare,
    });

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (IsPoisoned())
        {
            _opened.Connection.Abandon();
            WasAbandoned = true;
        }
        _opened.Dispose();
        DeleteTemporary();
    }

    /// <summary>Sets what differs: each change of a limit makes the allocator give its free pages back, and other tasks' next pages cost a fault each.</summary>
    private static void Limit(DuckDbConnection connection, TaskLimits given, TaskLimits wanted)
    {
        var changes = new List<string>(3);
        if (wanted.MemoryBytes != given.MemoryBytes)
            changes.Add(string.Create(CultureInfo.InvariantCulture, $"SET memory_limit = '{wanted.MemoryBytes}B'"));
        if (wanted.Threads != given.Threads)
            changes.Add(string.Create(CultureInfo.InvariantCulture, $"SET threads = {wanted.Threads}"));
        if (wanted.TemporaryBytes != given.TemporaryBytes)
            changes.Add(string.Create(CultureInfo.InvariantCulture, $"SET max_temp_directory_size = '{wanted.TemporaryBytes}B'"));
        if (changes.Count > 0)
            connection.Execute(string.Join("; ", changes));
    }

    /// <summary>An empty path would admit the current folder.</summary>
    private static string AbsolutePath(string path) =>
        Path.IsPathFullyQualified(path) ? path : throw new ArgumentException($"The path '{path}' must be absolute.", nameof(path));

    /// <summary>A setting that silently did not take would open the wall, so what was asked for is read back.</summary>
    private static void Verify(DuckDbConnection connection, string temporary, List<string> files, List<string> folders)
    {
        using var result = connection.Query(
            """
            SELECT current_setting('enable_external_access'), current_setting('lock_configuration'), current_setting('autoinstall_known_extensions'),
                   current_setting('autoload_known_extensions'), current_setting('allow_community_extensions'), current_setting('allow_persistent_secrets'),
                   current_setting('temp_directory'), current_setting('allowed_paths'), current_setting('allowed_directories')
            """);
        var row = result.ReadRows().Single();
        var flags = row.Take(6).Select(v => v is true or "true").ToArray();
        if (flags is not [false, true, false, false, false, false] || (string?)row[6] != temporary)
            throw new InvalidOperationException($"The engine is not locked as asked: {string.Join(", ", row.Take(7))}.");
        var reachable = Texts(row[7]).Concat(Texts(row[8])).Select(p => p.TrimEnd('/')).ToHashSet(StringComparer.Ordinal);
        // The engine admits its own temporary folder when it is locked.
        reachable.ExceptWith([.. files.Concat(folders).Select(p => p.TrimEnd('/')), temporary]);
        if (reachable.Count > 0)
            throw new InvalidOperationException($"The engine reaches more than the task's files: {string.Join(", ", reachable)}.");
    }

    private static IEnumerable<string> Texts(object? list) => ((object?[]?)list ?? []).OfType<string>();

    /// <summary><c>enable_logging</c> heeds no lock: set to a place that may not be written, it fails every later query and, at the close, the process.</summary>
    private bool IsPoisoned()
    {
        try
        {
            return _opened.Connection.ExecuteScalar<int>("SELECT 1") != 1;
        }
        catch (DuckDbException e)
        {
            // An instance that the engine itself gave up can be closed.
            return e.Kind is not (DuckDbErrorKind.Fatal or DuckDbErrorKind.Internal);
        }
    }

    private void DeleteTemporary()
    {
        try
        {
            Directory.Delete(_opened.TemporaryDirectory, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing was spilled.
        }
        catch (IOException) when (WasAbandoned)
        {
            // The instance that lives on may hold files in it.
        }
    }
}
