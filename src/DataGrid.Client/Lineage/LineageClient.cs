using System.Globalization;
using DataGrid.Client.Http;

namespace DataGrid.Client.Lineage;

/// <summary>Where data comes from, and where it goes.</summary>
public sealed class LineageClient
{
    private readonly Connection _connection;

    internal LineageClient(Connection connection) => _connection = connection;

    /// <summary>The graph around a dataset or column.</summary>
    /// <param name="target"><c>namespace.name</c> or <c>namespace.name.column</c>.</param>
    /// <param name="direction">Which way.</param>
    /// <param name="depth">At most this many steps away; null for all.</param>
    /// <param name="version">As it was when this version was made; null for now.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Task<LineageGraph> WalkAsync(string target, LineageDirection direction, int? depth, long? version, CancellationToken cancellationToken) => _connection.GetAsync<LineageGraph>(
        Address.Of("lineage", ("target", target), ("direction", ClientJson.Word(direction)), ("depth", depth?.ToString(CultureInfo.InvariantCulture)), ("version", version?.ToString(CultureInfo.InvariantCulture))), cancellationToken);

    /// <summary>What a change of a dataset or column would touch.</summary>
    public Task<LineageImpact> ImpactAsync(string target, CancellationToken cancellationToken) => _connection.GetAsync<LineageImpact>(Address.Of("lineage/impact", ("target", target)), cancellationToken);

    /// <summary>A shortest way from one to another; no edges when there is none.</summary>
    public Task<LineageGraph> PathAsync(string from, string to, CancellationToken cancellationToken) => _connection.GetAsync<LineageGraph>(Address.Of("lineage/path", ("from", from), ("to", to)), cancellationToken);
}
