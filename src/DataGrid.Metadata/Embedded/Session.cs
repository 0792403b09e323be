using System.Globalization;
using DataGrid.DuckDb;

namespace DataGrid.Metadata.Embedded;

/// <summary>The store's one connection, with its prepared statements. Used by the writer thread only.</summary>
internal sealed class Session(DuckDbInstance instance, DuckDbConnection connection, long life) : IDisposable
{
    private readonly Dictionary<string, DuckDbStatement> _prepared = new(StringComparer.Ordinal);
    private long _etags;

    /// <summary>A version that no row has had before: the number of this opening of the file, and a count.</summary>
    public string NextEtag() => string.Create(CultureInfo.InvariantCulture, $"{life}.{++_etags}");

    public long Execute(string sql, params ReadOnlySpan<object?> values)
    {
        using var result = Run(sql, values);
        return result.RowsChanged;
    }

    public List<object?[]> Read(string sql, params ReadOnlySpan<object?> values)
    {
        using var result = Run(sql, values);
        return [.. result.ReadRows()];
    }

    public object?[]? ReadOne(string sql, params ReadOnlySpan<object?> values)
    {
        using var result = Run(sql, values);
        return result.ReadRows().FirstOrDefault();
    }

    public void Begin() => connection.Execute("BEGIN");

    public void Commit() => connection.Execute("COMMIT");

    public void Rollback()
    {
        try
        {
            connection.Execute("ROLLBACK");
        }
        catch (DuckDbException)
        {
            // There was no transaction any more.
        }
    }

    public void Dispose()
    {
        foreach (var statement in _prepared.Values)
            statement.Dispose();
        connection.Dispose();
        instance.Dispose();
    }

    private DuckDbResult Run(string sql, ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out var statement))
            _prepared.Add(sql, statement = connection.Prepare(sql));
        for (var i = 0; i < values.Length; i++)
            statement.Bind(i + 1, values[i]);
        return statement.Execute();
    }
}
