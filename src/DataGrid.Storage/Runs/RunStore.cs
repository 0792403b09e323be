using System.Runtime.CompilerServices;
using System.Text.Json;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Storage;
using DataGrid.Core.Datasets;
using DataGrid.Core.Runs;

namespace DataGrid.Storage.Runs;

/// <summary>The files of runs: records, publish plans, staging folders. Readers need nothing else to tell what ran and how it went.</summary>
/// <param name="store">Where records and plans lie.</param>
/// <param name="paths">How the workspace names things.</param>
/// <param name="stagingRoot">The folder of this machine where attempts write when the store is none; null where the store is a folder, or nothing is staged.</param>
public sealed class RunStore(IObjectStore store, WorkspacePaths paths, string? stagingRoot = null)
{
    private const int Puts = 8;

    /// <summary>Where everything lies.</summary>
    public WorkspacePaths Paths { get; } = paths;

    /// <summary>Writes the record of a run that goes on; durable when it returns.</summary>
    public Task WriteAsync(RunRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.IsTerminal) throw new ArgumentException($"run {record.Run} has ended: its record is written by {nameof(WriteEndAsync)}", nameof(record));
        return store.PutAsync(Paths.RunRecord(record.Run), DataGridJson.ToIndented(record), cancellationToken);
    }

    /// <summary>Writes a run's record at its end; durable when it returns. The first end stands for ever: a silo that was taken for dead, and wakes while it writes, changes nothing.</summary>
    /// <returns>The record that stands.</returns>
    public Task<RunRecord> WriteEndAsync(RunRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (!record.IsTerminal) throw new ArgumentException($"run {record.Run} has not ended: it is {record.Status}", nameof(record));
        return PutFirstAsync(Paths.RunEnd(record.Run), record, DataGridJson.ToIndented(record), $"the end of run {record.Run}", cancellationToken);
    }

    /// <summary>A run's record; null when there is no such run.</summary>
    public async Task<RunRecord?> ReadAsync(RunId run, CancellationToken cancellationToken) =>
        await ReadDocumentAsync<RunRecord>(Paths.RunEnd(run), cancellationToken).ConfigureAwait(false)
        ?? await ReadDocumentAsync<RunRecord>(Paths.RunRecord(run), cancellationToken).ConfigureAwait(false);

    /// <summary>The ids of all runs, oldest first.</summary>
    public async Task<IReadOnlyList<RunId>> ListAsync(CancellationToken cancellationToken)
    {
        var runs = new HashSet<RunId>();
        if (store.LocalPath(Paths.Runs) is { } folder)
        {
            // A folder of runs is listed by its folders: a run has many files, and only their number would make a recursive listing slow.
            if (!Directory.Exists(folder)) return [];
            foreach (var path in Directory.EnumerateDirectories(folder))
                if (TryParse(Path.GetFileName(path)) is { } run) runs.Add(run);
        }
        else
        {
            await foreach (var entry in store.ListAsync(Paths.Runs, ListScope.Tree, cancellationToken).ConfigureAwait(false))
                if (entry.Path.Name is "run.json" or "end.json" && TryParse(entry.Path.Parent!.Value.Name) is { } run) runs.Add(run);
        }
        return [.. runs.OrderBy(static run => run.Value, StringComparer.Ordinal)];
    }

    /// <summary>The records of runs, newest first; a run whose record cannot be read is left out.</summary>
    public async IAsyncEnumerable<RunRecord> ReadNewestAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var runs = await ListAsync(cancellationToken).ConfigureAwait(false);
        for (var index = runs.Count - 1; index >= 0; index--)
            if (await ReadIfWholeAsync(runs[index], cancellationToken).ConfigureAwait(false) is { } record) yield return record;
    }

    private async Task<RunRecord?> ReadIfWholeAsync(RunId run, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(run, cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Makes a publish plan durable. The first plan of a number wins for ever.</summary>
    /// <returns>The plan that counts.</returns>
    public Task<PublishPlan> PutPlanAsync(PublishPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return PutFirstAsync(Paths.PublishPlan(plan.Run, plan.Number), plan, Compact(plan), $"the publish plan of run {plan.Run}", cancellationToken);
    }

    /// <summary>Makes what a run has pinned durable. The first pins of a number win for ever.</summary>
    /// <returns>The pins that count.</returns>
    public Task<PinnedRun> PutPinsAsync(RunId run, PinnedRun pins, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pins);
        return PutFirstAsync(Paths.Pins(run, pins.Number), pins, Compact(pins), $"what run {run} has pinned", cancellationToken);
    }

    /// <summary>The newest pins of a run; null when it has none.</summary>
    public async Task<PinnedRun?> ReadNewestPinsAsync(RunId run, CancellationToken cancellationToken)
    {
        PinnedRun? newest = null;
        while (await ReadDocumentAsync<PinnedRun>(Paths.Pins(run, (newest?.Number ?? 0) + 1), cancellationToken).ConfigureAwait(false) is { } pins) newest = pins;
        return newest;
    }

    /// <summary>Writes a document unless there is one. Its content may differ from the one that counts, so that is read and returned.</summary>
    private async Task<T> PutFirstAsync<T>(ObjectPath path, T document, ReadOnlyMemory<byte> content, string what, CancellationToken cancellationToken)
        where T : class
    {
        for (var attempt = 1; attempt <= Puts; attempt++)
        {
            if (await store.PutIfAbsentAsync(path, content, cancellationToken).ConfigureAwait(false) == PutOutcome.Created) return document;
            // Not known means: read, and when nothing is there the same put may be made again.
            if (await ReadDocumentAsync<T>(path, cancellationToken).ConfigureAwait(false) is { } counts) return counts;
        }
        throw new ObjectStoreException($"{what} could not be written: the store did not answer");
    }

    private static byte[] Compact<T>(T document) => JsonSerializer.SerializeToUtf8Bytes(document, StorageJson.Options);

    private async Task<T?> ReadDocumentAsync<T>(ObjectPath path, CancellationToken cancellationToken)
        where T : class
    {
        var bytes = await store.ReadAsync(path, cancellationToken).ConfigureAwait(false);
        return bytes is null ? null : JsonSerializer.Deserialize<T>(bytes, StorageJson.Options);
    }

    /// <summary>A publish plan; null when there is none of that number.</summary>
    public Task<PublishPlan?> ReadPlanAsync(RunId run, int number, CancellationToken cancellationToken) =>
        ReadDocumentAsync<PublishPlan>(Paths.PublishPlan(run, number), cancellationToken);

    /// <summary>The newest publish plan; null when the run never came so far.</summary>
    public async Task<PublishPlan?> ReadNewestPlanAsync(RunId run, CancellationToken cancellationToken)
    {
        PublishPlan? newest = null;
        while (await ReadPlanAsync(run, (newest?.Number ?? 0) + 1, cancellationToken).ConfigureAwait(false) is { } plan) newest = plan;
        return newest;
    }

    /// <summary>The folder on this machine that one attempt writes to. Stores that are not folders have none: a worker stages on its own disk then.</summary>
    /// <exception cref="ObjectStoreException">The store is not a folder of this machine.</exception>
    public string StagingDirectory(RunId run, DatasetName stage, AttemptId attempt) =>
        FolderOf(Paths.Staging(run, stage, attempt))
        ?? throw new ObjectStoreException(StoreFault.Unsupported, $"tasks cannot be staged in {store.Description}: it is not a folder of this machine", null);

    /// <summary>The attempts that have left files in the staging folder.</summary>
    public async Task<IReadOnlyList<(DatasetName Stage, AttemptId Attempt)>> ListAttemptsAsync(RunId run, CancellationToken cancellationToken)
    {
        if (FolderOf(Paths.Staging(run)) is { } folder)
        {
            if (!Directory.Exists(folder)) return [];
            return
            [
                .. from stage in Directory.EnumerateDirectories(folder)
                   from attempt in Directory.EnumerateDirectories(stage)
                   let staged = Paths.StagedBy(run, Paths.Staging(run).Join($"{Path.GetFileName(stage)}/{Path.GetFileName(attempt)}"))
                   where staged is not null
                   select staged.Value,
            ];
        }
        var attempts = new HashSet<(DatasetName, AttemptId)>();
        await foreach (var entry in store.ListAsync(Paths.Staging(run), ListScope.Tree, cancellationToken).ConfigureAwait(false))
            if (Paths.StagedBy(run, entry.Path) is { } staged) attempts.Add(staged);
        return [.. attempts];
    }

    /// <summary>Deletes the staging folder of a run.</summary>
    public Task DeleteStagingAsync(RunId run, CancellationToken cancellationToken) => DeleteFolderAsync(Paths.Staging(run), cancellationToken);

    /// <summary>Deletes the staging folder of one attempt.</summary>
    public Task DeleteStagingAsync(RunId run, DatasetName stage, AttemptId attempt, CancellationToken cancellationToken) =>
        DeleteFolderAsync(Paths.Staging(run, stage, attempt), cancellationToken);

    private async Task DeleteFolderAsync(ObjectPath path, CancellationToken cancellationToken)
    {
        if (FolderOf(path) is { } folder)
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            return;
        }
        await foreach (var entry in store.ListAsync(path, ListScope.Tree, cancellationToken).ConfigureAwait(false))
            await store.DeleteAsync(entry.Path, cancellationToken).ConfigureAwait(false);
    }

    private string? FolderOf(ObjectPath path) => store.LocalPath(path) ?? (stagingRoot is null ? null : Path.Combine(stagingRoot, path.Value.Replace('/', Path.DirectorySeparatorChar)));

    private static RunId? TryParse(string text)
    {
        try
        {
            return RunId.Parse(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
