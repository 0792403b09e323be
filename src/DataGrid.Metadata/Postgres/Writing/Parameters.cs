using Npgsql;
using NpgsqlTypes;

namespace DataGrid.Metadata.Postgres.Writing;

/// <summary>Typed parameters: the statements stay the same, so that the server keeps their plans.</summary>
internal static class Parameters
{
    public static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter<int> Number(int value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Integer };

    public static NpgsqlParameter<long> Number(long value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint };

    public static NpgsqlParameter<string[]> Texts<T>(IReadOnlyList<T> items, Func<T, string> text) =>
        new() { TypedValue = [.. items.Select(text)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    public static NpgsqlParameter<int[]> Numbers<T>(IReadOnlyList<T> items, Func<T, int> number) =>
        new() { TypedValue = [.. items.Select(number)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };

    public static NpgsqlParameter<long[]> Numbers<T>(IReadOnlyList<T> items, Func<T, long> number) =>
        new() { TypedValue = [.. items.Select(number)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };

    /// <summary>A statement of a batch.</summary>
    public static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>A statement alone.</summary>
    public static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        return command;
    }
}
