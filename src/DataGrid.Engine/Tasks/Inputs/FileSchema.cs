using DataGrid.DuckDb;

namespace DataGrid.Engine.Tasks.Inputs;

/// <summary>What a reader function finds in files.</summary>
internal static class FileSchema
{
    /// <summary>Column names (compared without case) and types of a FROM clause, without running it.</summary>
    public static Dictionary<string, (string Name, string Type)> Describe(DuckDbConnection connection, string from, CancellationToken cancellation)
    {
        using var statement = connection.Prepare($"SELECT * FROM {from}", cancellation);
        var columns = new Dictionary<string, (string, string)>(StringComparer.OrdinalIgnoreCase);
        foreach (var column in statement.Columns)
            columns.TryAdd(column.Name, (column.Name, column.Type.Sql));
        return columns;
    }
}
