using DataGrid.DuckDb;

namespace DataGrid.Engine.Tasks.Sql;

/// <summary>A failure of a statement that holds a text of the user's.</summary>
internal sealed class StatementException(ComposedSql statement, DuckDbException failure) : Exception(failure.Message, failure)
{
    public DuckDbException Failure { get; } = failure;

    /// <summary>Where in the user's text, or null.</summary>
    public int? UserPosition { get; } = statement.ToUserPosition(failure.Position);

    /// <summary>The user's text; empty when the statement was all ours.</summary>
    public string UserText { get; } = statement.UserText;
}

/// <summary>Runs statements and keeps track of places in the user's text.</summary>
internal static class StatementRunner
{
    /// <exception cref="StatementException">The engine refused or failed.</exception>
    public static DuckDbResult Query(DuckDbConnection connection, ComposedSql sql, ParameterBinding? parameters, CancellationToken cancellation, bool streaming = false)
    {
        try
        {
            using var statement = connection.Prepare(sql.Text, cancellation);
            parameters?.Bind(statement);
            return statement.Execute(streaming, cancellation);
        }
        catch (DuckDbException e)
        {
            throw new StatementException(sql, e);
        }
    }

    /// <summary>Runs a statement and reads all of its rows.</summary>
    public static IReadOnlyList<object?[]> Rows(DuckDbConnection connection, ComposedSql sql, ParameterBinding? parameters, CancellationToken cancellation)
    {
        using var result = Query(connection, sql, parameters, cancellation);
        return [.. result.ReadRows(cancellation)];
    }

    /// <summary>Runs a statement for its effect.</summary>
    public static void Execute(DuckDbConnection connection, ComposedSql sql, ParameterBinding? parameters, CancellationToken cancellation) =>
        Query(connection, sql, parameters, cancellation).Dispose();
}
