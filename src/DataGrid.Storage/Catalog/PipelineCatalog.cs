using System.Collections.Immutable;
using System.Text.Json;
using DataGrid.Contracts;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Storage;
using DataGrid.Core.Datasets;

namespace DataGrid.Storage.Catalog;

/// <summary>Compiled projects and which of them is in force: what views, sources and descriptions are. Everything else about a table stands beside the table.</summary>
public sealed class PipelineCatalog(IObjectStore store, WorkspacePaths paths)
{
    /// <summary>Keeps a compiled project; equal ones are kept once.</summary>
    public async Task PutSpecAsync(PipelineSpec spec, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(spec);
        await store.PutIfAbsentAsync(paths.Spec(spec.Id, spec.Fingerprint), JsonSerializer.SerializeToUtf8Bytes(spec, StorageJson.Options), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>A compiled project; null when it was never kept.</summary>
    public async Task<PipelineSpec?> ReadSpecAsync(PipelineId pipeline, string fingerprint, CancellationToken cancellationToken)
    {
        var bytes = await store.ReadAsync(paths.Spec(pipeline, fingerprint), cancellationToken).ConfigureAwait(false);
        return bytes is null ? null : JsonSerializer.Deserialize<PipelineSpec>(bytes, StorageJson.Options);
    }

    /// <summary>Puts a compiled project in force. Does nothing when it is in force already, so that a pipeline that runs every minute keeps a short list.</summary>
    public async Task PublishAsync(PublishedSpec published, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(published);
        var current = await CurrentAsync(published.Pipeline, cancellationToken).ConfigureAwait(false);
        while (current is null || current.Fingerprint != published.Fingerprint || current.ProjectDirectory != published.ProjectDirectory)
        {
            var next = published with { Number = (current?.Number ?? 0) + 1 };
            var path = paths.Published(next.Pipeline, next.Number);
            var outcome = await store.PutIfAbsentAsync(path, JsonSerializer.SerializeToUtf8Bytes(next, StorageJson.Options), cancellationToken).ConfigureAwait(false);
            if (outcome == PutOutcome.Created) return;
            current = await CurrentAsync(published.Pipeline, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What is in force; null before the first publish.</summary>
    public async Task<PublishedSpec?> CurrentAsync(PipelineId pipeline, CancellationToken cancellationToken)
    {
        ObjectPath? newest = null;
        await foreach (var entry in store.ListAsync(paths.Published(pipeline), ListScope.Folder, cancellationToken).ConfigureAwait(false)) newest = entry.Path;
        if (newest is null) return null;
        var bytes = await store.ReadAsync(newest.Value, cancellationToken).ConfigureAwait(false);
        return bytes is null ? null : JsonSerializer.Deserialize<PublishedSpec>(bytes, StorageJson.Options);
    }

    /// <summary>All entries of a pipeline, oldest first.</summary>
    public async Task<ImmutableArray<PublishedSpec>> HistoryAsync(PipelineId pipeline, CancellationToken cancellationToken)
    {
        var entries = ImmutableArray.CreateBuilder<PublishedSpec>();
        await foreach (var entry in store.ListAsync(paths.Published(pipeline), ListScope.Folder, cancellationToken).ConfigureAwait(false))
            if (await store.ReadAsync(entry.Path, cancellationToken).ConfigureAwait(false) is { } bytes
                && JsonSerializer.Deserialize<PublishedSpec>(bytes, StorageJson.Options) is { } published) entries.Add(published);
        return entries.ToImmutable();
    }

    /// <summary>All pipelines that have been submitted, by name.</summary>
    public async Task<ImmutableArray<PipelineId>> ListAsync(CancellationToken cancellationToken)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        if (store.LocalPath(paths.Pipelines) is { } folder)
        {
            if (!Directory.Exists(folder)) return [];
            foreach (var path in Directory.EnumerateDirectories(folder)) names.Add(Path.GetFileName(path));
            return [.. names.Select(PipelineId.Parse)];
        }
        await foreach (var entry in store.ListAsync(paths.Pipelines, ListScope.Tree, cancellationToken).ConfigureAwait(false))
            names.Add(entry.Path.RelativeTo(paths.Pipelines).Split('/')[0]);
        return [.. names.Select(PipelineId.Parse)];
    }

    /// <summary>The compiled projects in force, by pipeline.</summary>
    public async Task<ImmutableArray<PipelineSpec>> SpecsInForceAsync(CancellationToken cancellationToken)
    {
        var specs = ImmutableArray.CreateBuilder<PipelineSpec>();
        foreach (var pipeline in await ListAsync(cancellationToken).ConfigureAwait(false))
            if (await CurrentAsync(pipeline, cancellationToken).ConfigureAwait(false) is { } current
                && await ReadSpecAsync(pipeline, current.Fingerprint, cancellationToken).ConfigureAwait(false) is { } spec)
                specs.Add(spec with { ProjectDirectory = current.ProjectDirectory });
        return specs.ToImmutable();
    }
}
