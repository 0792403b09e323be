using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Pipelines;
using DataGrid.Gateway.Http;

namespace DataGrid.Gateway.Datasets;

/// <summary>Which datasets a list shows.</summary>
/// <param name="Text">A piece of the name, description or owner.</param>
/// <param name="Kind">Of this kind.</param>
/// <param name="Pipeline">Of this pipeline.</param>
/// <param name="Namespace">In this namespace.</param>
internal sealed record DatasetFilter(string? Text, DatasetKind? Kind, PipelineId? Pipeline, string? Namespace)
{
    public bool Fits(DatasetSummary dataset) => (Kind is not { } kind || dataset.Kind == kind) && (Pipeline is not { } pipeline || dataset.Pipeline == pipeline)
        && (Namespace is not { } space || dataset.Name.Namespace == space)
        && (Text is not { } text || Has(dataset.Name.ToString(), text) || Has(dataset.Description, text) || Has(dataset.Owner, text));

    private static bool Has(string? where, string text) => where?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;
}

/// <summary>What people do with datasets, whatever way they come.</summary>
internal sealed class DatasetService(WorkspacePorts ports)
{
    private const int MostVersions = 100_000;

    /// <summary>A page of the catalog, by name.</summary>
    public async Task<Page<DatasetSummary>> ListAsync(DatasetFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        Pages.Of((await ports.Index.ListAsync(cancellationToken)).Where(filter.Fits), static dataset => dataset.Name.ToString(), page);

    /// <summary>All about one. Where it lies on the server is nobody's business.</summary>
    /// <exception cref="DataGridException">There is none of that name.</exception>
    public async Task<DatasetDetail> GetAsync(DatasetName name, CancellationToken cancellationToken) => (await FindAsync(name, cancellationToken)) with { Location = null };

    /// <summary>The columns at a version.</summary>
    public async Task<DatasetSchema> SchemaAsync(DatasetName name, long? version, CancellationToken cancellationToken)
    {
        var detail = await FindAsync(name, cancellationToken);
        var columns = detail.Columns;
        if (version is { } number)
        {
            if (detail.Summary.Version is null) throw NoVersions(detail);
            var described = detail.Columns.ToDictionary(static column => column.Name, static column => column.Description, StringComparer.OrdinalIgnoreCase);
            columns = [.. (await ports.Datasets.ColumnsAtAsync(name, number, cancellationToken) ?? []).Select(column => column with { Description = column.Description ?? described.GetValueOrDefault(column.Name) })];
        }
        return new DatasetSchema { Dataset = name, Version = version ?? detail.Summary.Version, Columns = columns, PartitionBy = detail.PartitionBy, Keys = detail.Keys };
    }

    /// <summary>The versions, newest first.</summary>
    public async Task<Page<DatasetVersion>> VersionsAsync(DatasetName name, PageRequest page, CancellationToken cancellationToken)
    {
        await TableAsync(name, cancellationToken);
        return Pages.Of(await ports.Datasets.HistoryAsync(name, MostVersions, cancellationToken), static version => Backwards(version.Version), page);
    }

    /// <summary>The partitions, by their values.</summary>
    public async Task<Page<PartitionSummary>> PartitionsAsync(DatasetName name, PageRequest page, CancellationToken cancellationToken)
    {
        var detail = await TableAsync(name, cancellationToken);
        return Pages.Of(detail.Partitions.OrderBy(Key, StringComparer.Ordinal), Key, page);

        static string Key(PartitionSummary partition) => string.Join('\u001f', partition.Values.Select(static value => value ?? ""));
    }

    /// <summary>What the checks found, newest version first.</summary>
    public async Task<Page<CheckedVersion>> ChecksAsync(DatasetName name, PageRequest page, CancellationToken cancellationToken)
    {
        await TableAsync(name, cancellationToken);
        return Pages.Of(await ports.Datasets.ChecksAsync(name, MostVersions, cancellationToken), static version => Backwards(version.Version), page);
    }

    /// <summary>Brings a table back to an earlier version.</summary>
    /// <param name="name">The table.</param>
    /// <param name="version">To which version.</param>
    /// <param name="isDryRun">Only say what would be done.</param>
    /// <param name="expected">The version that it must have now; null for any.</param>
    /// <param name="cancellationToken">Stops before anything was done.</param>
    public async Task<DatasetRolledBack> RollbackAsync(DatasetName name, long version, bool isDryRun, long? expected, CancellationToken cancellationToken)
    {
        var detail = await TableAsync(name, cancellationToken);
        if (expected is not null && expected != detail.Summary.Version)
            throw ApiFaults.Of(ErrorCodes.PreconditionFailed, $"{name} is at version {detail.Summary.Version}", "look at it again, then decide");
        var reply = await ports.Grains.GetGrain<IDatasetGrain>(GrainKeys.Dataset(ports.Workspace, name)).Rollback(version, isDryRun);
        if (reply.Problem is { } problem) throw new DataGridException(problem);
        return new DatasetRolledBack { Dataset = name, Version = reply.Version, FilesAdded = reply.FilesAdded, FilesRemoved = reply.FilesRemoved, BytesRemoved = reply.BytesRemoved };
    }

    /// <summary>A dataset; the nearest name helps where there is none.</summary>
    /// <exception cref="DataGridException">There is none of that name.</exception>
    public async Task<DatasetDetail> FindAsync(DatasetName name, CancellationToken cancellationToken)
    {
        if (await ports.Datasets.FindAsync(name, cancellationToken) is { } detail) return detail;
        var all = await ports.Index.ListAsync(cancellationToken);
        var near = NearestName.Find(name.ToString(), all.Select(static summary => summary.Name.ToString()));
        throw new DataGridException(new Problem
        {
            Code = ErrorCodes.DatasetUnknown, Message = $"there is no dataset {name}", Help = near is null ? $"see {GatewayHost.ApiPath}/datasets" : $"did you mean {near}?", Dataset = name.ToString(),
        });
    }

    private async Task<DatasetDetail> TableAsync(DatasetName name, CancellationToken cancellationToken)
    {
        var detail = await FindAsync(name, cancellationToken);
        return detail.Summary.Version is null ? throw NoVersions(detail) : detail;
    }

    private static DataGridException NoVersions(DatasetDetail detail) => ApiFaults.Usage($"{detail.Summary.Name} is no table: it has no versions", "ask about a table");

    // Versions are listed from the newest on, and pages go up by key.
    private static string Backwards(long version) => (long.MaxValue - version).ToString("D20", System.Globalization.CultureInfo.InvariantCulture);
}
