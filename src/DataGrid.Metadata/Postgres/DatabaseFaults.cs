using System.Net.Sockets;
using DataGrid.Contracts.Errors;
using Npgsql;

namespace DataGrid.Metadata.Postgres;

/// <summary>What the database's errors mean: whether waiting helps, and what people read. No text of a connection ever gets into a message.</summary>
internal static class DatabaseFaults
{
    /// <summary>Whether the same may succeed later. Says nothing about whether it was applied.</summary>
    public static bool IsTransient(Exception error) => IsAway(error) || error is PostgresException
    {
        SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled,
    };

    /// <summary>Whether the database cannot be reached or takes no work: down, starting, failing over, out of connections.</summary>
    public static bool IsAway(Exception error) => error switch
    {
        PostgresException { SqlState: var state } => state.StartsWith("08", StringComparison.Ordinal)
            || state is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections
                or PostgresErrorCodes.ReadOnlySqlTransaction or "57P05",
        NpgsqlException npgsql => npgsql.IsTransient || npgsql.InnerException is IOException or SocketException or TimeoutException or ObjectDisposedException,
        IOException or SocketException or TimeoutException => true,
        _ => false,
    };

    /// <summary>Why, in a few words.</summary>
    public static string Reason(Exception error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => "it is read only, as a standby is",
        PostgresException postgres => postgres.MessageText.TrimEnd('.'),
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "nothing listens there (connection refused)",
        { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } } => "the host's name is not known",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => "the host's name is not known",
        { InnerException: SocketException socket } => socket.Message.TrimEnd('.'),
        { InnerException: TimeoutException } or TimeoutException => "it did not answer in time",
        { InnerException: IOException } or IOException => "the connection broke",
        _ => error.Message.TrimEnd('.'),
    };

    /// <summary>What people read.</summary>
    /// <param name="error">What the driver said.</param>
    /// <param name="connection">Which database.</param>
    /// <param name="waited">For how long it was tried.</param>
    public static DataGridException ToException(Exception error, DatabaseConnection connection, TimeSpan waited = default)
    {
        var (code, message, help) = Words(error, connection, waited < TimeSpan.FromSeconds(1) ? "" : $", tried for {(int)waited.TotalSeconds} s");
        return new DataGridException(new Problem { Code = code, Message = message, Help = help }, error);
    }

    private static (string Code, string Message, string Help) Words(Exception error, DatabaseConnection connection, string tried)
    {
        var user = connection.User ?? Environment.UserName;
        var correct = $"correct the connection (the variable {DatabaseConnection.Variable}, or the silo's configuration)";
        return (error as PostgresException)?.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword => (ErrorCodes.MetadataUnusable, $"the database {connection} refuses the password of user {user}", correct),
            PostgresErrorCodes.InvalidAuthorizationSpecification => (
                ErrorCodes.MetadataUnusable, $"the database {connection} lets user {user} not in: {Reason(error)}",
                $"{correct}, or let the database's administrator create the user or admit it in pg_hba.conf"),
            PostgresErrorCodes.InvalidCatalogName => (
                ErrorCodes.MetadataUnusable, $"there is no database {connection.Database} on {connection.Host}:{connection.Port}",
                $"create it (createdb -O {user} {connection.Database}), or {correct}"),
            PostgresErrorCodes.InsufficientPrivilege => (
                ErrorCodes.MetadataUnusable, $"user {user} has not the rights that the metadata in {connection} needs: {Reason(error)}",
                $"let the database's administrator run: GRANT CREATE, CONNECT ON DATABASE \"{connection.Database}\" TO \"{user}\"; a schema datagrid that somebody else made must belong to {user} (docs/OPERATING.md)"),
            PostgresErrorCodes.DiskFull => (ErrorCodes.DiskFull, $"the database {connection} cannot write: its disk is full", "make room, then run again: nothing is lost"),
            _ when IsTransient(error) => (
                ErrorCodes.StoreUnavailable, $"the database {connection} is away: {Reason(error)}{tried}", $"start PostgreSQL there, or {correct}; what was acknowledged is safe"),
            _ => (ErrorCodes.Internal, $"the database {connection} refused a statement: {Reason(error)}", "look at the log"),
        };
    }
}
