using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Storage;
using DataGrid.Core.Datasets;

namespace DataGrid.Storage.Runs;

/// <summary>A run's story as lines of JSON. On a folder lines are appended as they come and seen by readers at once; on other stores the object is replaced.
/// Not synced line by line: what must survive a power cut stands in the run's record and in the tables.</summary>
public sealed class RunEventLog(IObjectStore store, WorkspacePaths paths)
{
    /// <summary>Adds events of a run. Called by one writer at a time.</summary>
    public Task AppendAsync(RunId run, IReadOnlyList<RunEvent> events, CancellationToken cancellationToken) =>
        AppendLinesAsync(paths.RunEvents(run), events.Select(static line => JsonSerializer.Serialize(line, StorageJson.Options)), cancellationToken);

    /// <summary>Adds OpenLineage events of a run, one JSON object each.</summary>
    public Task AppendOpenLineageAsync(RunId run, IReadOnlyList<string> events, CancellationToken cancellationToken) =>
        AppendLinesAsync(paths.OpenLineage(run), events, cancellationToken);

    /// <summary>The events of a run, in order. A last line that is cut off (the process was killed while writing) is left out.</summary>
    public async Task<ImmutableArray<RunEvent>> ReadAsync(RunId run, CancellationToken cancellationToken)
    {
        var bytes = await store.ReadAsync(paths.RunEvents(run), cancellationToken).ConfigureAwait(false);
        if (bytes is null) return [];
        var events = ImmutableArray.CreateBuilder<RunEvent>();
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (TryRead(line) is { } entry) events.Add(entry);
        return events.ToImmutable();
    }

    private async Task AppendLinesAsync(ObjectPath path, IEnumerable<string> lines, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        foreach (var line in lines) text.Append(line).Append('\n');
        if (text.Length == 0) return;
        if (store.LocalPath(path) is { } file)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            await using (stream.ConfigureAwait(false))
            {
                if (stream.Length > 0 && !EndsLine(stream)) text.Insert(0, '\n');
                stream.Seek(0, SeekOrigin.End);
                await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken).ConfigureAwait(false);
            }
            return;
        }
        var before = await store.ReadAsync(path, cancellationToken).ConfigureAwait(false) ?? [];
        if (before is [.., not (byte)'\n']) text.Insert(0, '\n');
        await store.PutAsync(path, (byte[])[.. before, .. Encoding.UTF8.GetBytes(text.ToString())], cancellationToken).ConfigureAwait(false);
    }

    // The line that a killed writer left unfinished is ended, so that it spoils no other.
    private static bool EndsLine(FileStream stream)
    {
        stream.Seek(-1, SeekOrigin.End);
        return stream.ReadByte() == '\n';
    }

    private static RunEvent? TryRead(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<RunEvent>(line, StorageJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
