using System.Security.Cryptography;
using System.Text.Json;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Json;

namespace DataGrid.Engine.Queries;

/// <summary>
/// Tells which queries may use an instance one after another: those of one session, with the same limits, over the same files of the same names, each pinned with its length
/// and time. A query with parameters has none, since a view with parameters is a table with rows; nor has one whose result is a file, since its folder is its own.
/// </summary>
internal static class SessionKey
{
    /// <summary>The key; null for a query that shares with none.</summary>
    public static string? Of(QuerySpec query, bool needsOutput)
    {
        if (query.Session is null || needsOutput || !query.Parameters.IsEmpty || !query.ParameterValues.IsEmpty)
            return null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // JSON text ends where it ends, so that no two lists of parts read the same.
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(query.Session, TaskMessagesJson.Default.String));
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(query.Limits, TaskMessagesJson.Default.TaskLimits));
        foreach (var input in query.Inputs)
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(input, TaskMessagesJson.Default.TaskInput));
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
