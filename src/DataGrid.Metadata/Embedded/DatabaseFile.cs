using System.Diagnostics;
using System.Globalization;
using DataGrid.Contracts.Errors;
using DataGrid.DuckDb;
using Microsoft.Extensions.Logging;

namespace DataGrid.Metadata.Embedded;

/// <summary>
/// The store's file: opening, migrating, setting aside, copying. A copy is made while the database is closed: reading the file while DuckDB
/// has it open would drop DuckDB's lock on it when the reader closes, as POSIX locks belong to the process.
/// </summary>
internal sealed class DatabaseFile(string folder, int memoryLimitMegabytes, TimeProvider time, ILogger logger)
{
    public string FileName { get; } = Path.Combine(folder, "metadata.duckdb");

    private string WalName => FileName + ".wal";

    private string CopyName => FileName + ".copy";

    private string DraftName => CopyName + ".tmp";

    /// <summary>Opens the file; one that cannot be read is set aside and an empty one takes its place.</summary>
    /// <exception cref="DataGridException">It cannot be used: no permission, another owner, a newer version.</exception>
    public Session Open()
    {
        var begun = Stopwatch.GetTimestamp();
        RequireAccess();
        Session session;
        try
        {
            session = OpenReadable();
        }
        catch (DuckDbException error)
        {
            RefuseIfNotDamaged(error);
            SetAside(error);
            session = OpenReadable();
        }

        logger.Opened(FileName, Stopwatch.GetElapsedTime(begun));
        return session;
    }

    /// <summary>Copies the closed file. The copy before it stays until the new one is whole.</summary>
    public void Copy()
    {
        if (!File.Exists(FileName) || File.Exists(WalName))
            return;
        try
        {
            File.Copy(FileName, DraftName, overwrite: true);
            using (var stream = new FileStream(DraftName, FileMode.Open, FileAccess.ReadWrite))
                stream.Flush(flushToDisk: true);
            File.Move(DraftName, CopyName, overwrite: true);
        }
        finally
        {
            // Half a copy is of no use, and on a full disk it takes the room that others need.
            File.Delete(DraftName);
        }
    }

    private static long? Value(DuckDbConnection connection, string name) =>
        connection.ExecuteScalar<long?>("SELECT value FROM meta WHERE name = $name", new Dictionary<string, object?> { ["name"] = name });

    private static void SetValue(DuckDbConnection connection, string name, long value) => connection.Execute(
        "INSERT INTO meta VALUES ($name, $value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        new Dictionary<string, object?> { ["name"] = name, ["value"] = value });

    private Session OpenReadable()
    {
        var instance = DuckDbInstance.Open(FileName, new Dictionary<string, string>
        {
            // Single rows by key: threads would only be started and stopped.
            ["threads"] = "1",
            ["memory_limit"] = string.Create(CultureInfo.InvariantCulture, $"{memoryLimitMegabytes}MB"),
        });
        DuckDbConnection? connection = null;
        try
        {
            connection = instance.Connect();
            connection.Execute(Migrations.Base);
            if (Migrate(connection))
                connection.Execute("CHECKPOINT");
            connection.Execute(Migrations.ReadAll);
            var life = (Value(connection, "life") ?? 0) + 1;
            SetValue(connection, "life", life);
            return new Session(instance, connection, life);
        }
        catch
        {
            connection?.Dispose();
            instance.Dispose();
            throw;
        }
    }

    private bool Migrate(DuckDbConnection connection)
    {
        var from = (int)(Value(connection, "version") ?? 0);
        if (from > Migrations.All.Length)
        {
            throw Unusable(
                $"The metadata {FileName} has version {from}, written by a newer DataGrid; this one knows versions up to {Migrations.All.Length}",
                "Use the newer DataGrid, or another folder.",
                null);
        }

        for (var version = from + 1; version <= Migrations.All.Length; version++)
        {
            connection.Execute("BEGIN");
            connection.Execute(Migrations.All[version - 1]);
            SetValue(connection, "version", version);
            connection.Execute("COMMIT");
        }

        if (from > 0 && from < Migrations.All.Length)
            logger.Migrated(FileName, from, Migrations.All.Length);
        return from < Migrations.All.Length;
    }

    // What the user's rights forbid is not damage: it must not lead to an empty store.
    private void RequireAccess()
    {
        try
        {
            Directory.CreateDirectory(folder);
            File.Delete(DraftName); // Of a process that was killed.
            foreach (var file in new[] { FileName, WalName })
            {
                if (File.Exists(file))
                    new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable($"The metadata {FileName} cannot be used: {error.Message.TrimEnd('.')}", "Give this user the right to read and write the folder, or use another one.", error);
        }
    }

    private void RefuseIfNotDamaged(DuckDbException error)
    {
        if (IsDiskFull(error))
            throw DiskFull(FileName, error);
        if (error.Message.Contains("Could not set lock", StringComparison.OrdinalIgnoreCase))
            throw Unusable($"The metadata {FileName} is open elsewhere: {error.Message.TrimEnd('.')}", "Stop the other process, or use another folder.", error);
        if (error.Message.Contains("version number", StringComparison.OrdinalIgnoreCase))
            throw Unusable($"The metadata {FileName} was written by another version of the engine: {error.Message.TrimEnd('.')}", "Use the newer DataGrid, or another folder.", error);
        if (error.Kind is DuckDbErrorKind.OutOfMemory)
            throw Unusable($"There is not enough memory to open the metadata {FileName}: {error.Message.TrimEnd('.')}", "Free memory, or raise the store's memory limit.", error);
    }

    /// <summary>Whether the engine had no room to write.</summary>
    public static bool IsDiskFull(DuckDbException error) => error.Message.Contains("No space left", StringComparison.OrdinalIgnoreCase);

    /// <summary>What people read when there is no room. Never damage: the file is whole, and its content is needed again.</summary>
    public static DataGridException DiskFull(string fileName, DuckDbException error) => new(
        new Problem { Code = ErrorCodes.DiskFull, Message = $"The metadata {fileName} cannot be written: the disk is full", Help = "make room, then run again: nothing is lost" }, error);

    private void SetAside(DuckDbException error)
    {
        var stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var aside = $"{FileName}.broken-{stamp}";
        for (var i = 2; File.Exists(aside); i++)
            aside = string.Create(CultureInfo.InvariantCulture, $"{FileName}.broken-{stamp}-{i}");
        if (File.Exists(FileName))
            File.Move(FileName, aside, overwrite: true);
        // The log belongs to that file: replayed into an empty one it would be nonsense.
        if (File.Exists(WalName))
            File.Move(WalName, aside + ".wal", overwrite: true);
        logger.SetAside(FileName, error.Message, aside, File.Exists(CopyName) ? CopyName : "none");
    }

    private static DataGridException Unusable(string message, string help, Exception? error) =>
        new(new Problem { Code = ErrorCodes.RootUnusable, Message = message, Help = help }, error);
}
