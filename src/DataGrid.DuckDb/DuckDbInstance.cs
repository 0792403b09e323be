using DataGrid.DuckDb.Native;

namespace DataGrid.DuckDb;

/// <summary>
/// One DuckDB database, in memory or a file, with its own settings, memory limit and threads. Safe to dispose before its connections:
/// it closes when the last of them has gone. A file must be opened once per process at a time: DuckDB lets a second open succeed and loses rows.
/// </summary>
public sealed class DuckDbInstance : IDisposable
{
    private readonly DatabaseHandle _handle;

    private DuckDbInstance(DatabaseHandle handle, string path)
    {
        _handle = handle;
        Path = path;
    }

    /// <summary>The file, or <c>:memory:</c>.</summary>
    public string Path { get; }

    /// <summary>The version of the loaded engine, e.g. <c>v1.5.6</c>.</summary>
    public static unsafe string EngineVersion => Utf8.Borrowed(NativeMethods.LibraryVersion());

    /// <summary>Opens or creates a database.</summary>
    /// <param name="path">A file, or <c>:memory:</c>.</param>
    /// <param name="config">DuckDB's settings by name, e.g. <c>threads</c> → <c>2</c>.</param>
    /// <exception cref="DuckDbException">The file cannot be opened or a setting is wrong.</exception>
    public static unsafe DuckDbInstance Open(string path = ":memory:", IReadOnlyDictionary<string, string>? config = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (NativeMethods.CreateConfig(out var native) != 0)
            throw new DuckDbException(DuckDbErrorKind.OutOfMemory, "DuckDB could not create a configuration.");
        try
        {
            foreach (var (name, value) in config ?? new Dictionary<string, string>())
            {
                if (NativeMethods.SetConfig(native, name, value) != 0)
                    throw new DuckDbException(DuckDbErrorKind.InvalidConfiguration, $"DuckDB has no setting '{name}', or it does not take '{value}'.");
            }
            if (NativeMethods.OpenExt(path, out var database, native, out var error) != 0)
                throw NativeErrors.Parse(Utf8.Owned(error) ?? $"DuckDB could not open '{path}'.", 0, null);
            return new DuckDbInstance(new DatabaseHandle(database), path);
        }
        finally
        {
            NativeMethods.DestroyConfig(ref native);
        }
    }

    /// <summary>Opens a connection. One thread at a time may use it.</summary>
    /// <exception cref="ObjectDisposedException">The instance was disposed.</exception>
    public DuckDbConnection Connect()
    {
        using var use = new HandleUse(_handle);
        if (NativeMethods.Connect(_handle.Raw, out var connection) != 0)
            throw new DuckDbException(DuckDbErrorKind.Connection, $"DuckDB could not connect to '{Path}'.");
        return new DuckDbConnection(new ConnectionHandle(_handle, connection));
    }

    /// <summary>Lets go of the database; it closes with its last connection.</summary>
    public void Dispose() => _handle.Dispose();
}
