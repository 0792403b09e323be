using System.Globalization;
using DataGrid.Client.Http;

namespace DataGrid.Client.Datasets;

/// <summary>The catalog: what has a name, its columns, versions and checks.</summary>
public sealed class DatasetsClient
{
    private readonly Connection _connection;

    internal DatasetsClient(Connection connection) => _connection = connection;

    /// <summary>The datasets, by name. Pages are asked for as they are needed.</summary>
    public IAsyncEnumerable<DatasetSummary> ListAsync(DatasetFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return _connection.ListAsync<DatasetSummary>(
            "datasets", [("q", filter.Text), ("kind", filter.Kind is { } kind ? ClientJson.Word(kind) : null), ("pipeline", filter.Pipeline), ("namespace", filter.Namespace)], cancellationToken);
    }

    /// <summary>All about one.</summary>
    public Task<DatasetDetail> GetAsync(string dataset, CancellationToken cancellationToken) => _connection.GetAsync<DatasetDetail>($"datasets/{Address.Part(dataset)}", cancellationToken);

    /// <summary>The versions of a table, newest first.</summary>
    public IAsyncEnumerable<DatasetVersion> ListVersionsAsync(string dataset, CancellationToken cancellationToken) =>
        _connection.ListAsync<DatasetVersion>($"datasets/{Address.Part(dataset)}/versions", [], cancellationToken);

    /// <summary>Brings a table back to an earlier version, as a new one.</summary>
    /// <param name="dataset">The table.</param>
    /// <param name="version">To which version.</param>
    /// <param name="isDryRun">Only say what would be done.</param>
    /// <param name="expected">Do it only while this is the newest version; null for any.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    public Task<RolledBack> RollbackAsync(string dataset, long version, bool isDryRun, long? expected, CancellationToken cancellationToken) => _connection.PostAsync<RolledBack>(
        $"datasets/{Address.Part(dataset)}/rollback", new Dictionary<string, object> { ["version"] = version, ["dryRun"] = isDryRun }, Again.Always, cancellationToken,
        expected is { } now ? new Dictionary<string, string> { ["If-Match"] = string.Create(CultureInfo.InvariantCulture, $"\"{now}\"") } : null);
}
