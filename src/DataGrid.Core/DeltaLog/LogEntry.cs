using System.Collections.Immutable;
using System.Text.Json;
using DataGrid.Contracts.Errors;
using DataGrid.Core.DeltaLog.Actions;

namespace DataGrid.Core.DeltaLog;

/// <summary>One commit inside an entry: several appends that waited together share one entry.</summary>
/// <param name="CommitId">The commit's unique id.</param>
/// <param name="Kind">What kind of commit: <c>append</c>, <c>merge</c>, …</param>
/// <param name="AppId">Its transaction's application; <c>null</c> without a transaction.</param>
/// <param name="AppVersion">Its transaction's version.</param>
/// <param name="Files">Files added.</param>
/// <param name="Rows">Rows in them; <c>null</c> when unknown.</param>
/// <param name="RemovedFiles">Files removed.</param>
/// <param name="ProvenanceJson">What the committer said about it (run, step, inputs, …), as a JSON object; <c>null</c> when nothing.</param>
public sealed record CommitMember(Guid CommitId, string Kind, string? AppId, long? AppVersion, long Files, long? Rows, long RemovedFiles, string? ProvenanceJson);

/// <summary>The entry of one version, read and checked to be whole.</summary>
public sealed record LogEntry
{
    private LogEntry(long version, ImmutableArray<DeltaAction> actions) => (Version, Actions) = (version, actions);

    /// <summary>The version.</summary>
    public long Version { get; }

    /// <summary>Its actions, in order.</summary>
    public ImmutableArray<DeltaAction> Actions { get; }

    /// <summary>Its provenance; <c>null</c> in entries of writers that keep none.</summary>
    public CommitInfoAction? Commit => Actions.OfType<CommitInfoAction>().FirstOrDefault();

    /// <summary>The unique id of the entry; <c>null</c> when another engine wrote it.</summary>
    public Guid? EntryId { get; private init; }

    /// <summary>The commits in it; empty when another engine wrote it.</summary>
    public ImmutableArray<CommitMember> Members { get; private init; } = [];

    /// <summary>Whether it adds or removes rows.</summary>
    public bool ChangesData => Actions.Any(static action => action is FileAction { DataChange: true });

    /// <summary>Whether all it does to data is to add rows.</summary>
    public bool OnlyAppends => ChangesData && !Actions.Any(static action => action is RemoveFile { DataChange: true });

    /// <summary>Reads an entry. An entry that DataGrid wrote says how many actions it has, so that one cut at the end of a line is found out as well.</summary>
    /// <exception cref="DataGridException">The entry is torn or not sound (<see cref="ErrorCodes.TableCorrupt"/>).</exception>
    public static LogEntry Parse(long version, ReadOnlySpan<byte> content)
    {
        var name = LogFile.EntryName(version);
        var entry = new LogEntry(version, ActionReader.Read(content, name));
        if (entry.Commit is not { } commit || !commit.Json.Contains($"\"{EntryFormat.Section}\"", StringComparison.Ordinal)) return entry;
        try
        {
            using var document = JsonDocument.Parse(commit.Json);
            return entry.WithSection(document.RootElement.GetProperty(EntryFormat.Section), name);
        }
        catch (Exception foreign) when (foreign is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return entry; // Another engine's member of the same name.
        }
    }

    private LogEntry WithSection(JsonElement section, string name)
    {
        var expected = section.GetProperty(EntryFormat.ActionCount).GetInt32();
        if (expected != Actions.Length) throw DeltaFaults.Corrupt($"{name} has {Actions.Length} of the {expected} actions that were written: the file was cut");
        return this with
        {
            EntryId = section.GetProperty(EntryFormat.EntryId).GetGuid(),
            Members = [.. section.GetProperty(EntryFormat.Commits).EnumerateArray().Select(Member)],
        };
    }

    private static CommitMember Member(JsonElement json) => new(json.GetProperty("commitId").GetGuid(), json.GetProperty("kind").GetString() ?? "",
        json.TryGetProperty("appId", out var app) ? app.GetString() : null, json.TryGetProperty("appVersion", out var version) ? version.GetInt64() : null,
        json.GetProperty("files").GetInt64(), json.TryGetProperty("rows", out var rows) ? rows.GetInt64() : null, json.GetProperty("removedFiles").GetInt64(),
        json.TryGetProperty("provenance", out var provenance) ? provenance.GetRawText() : null);
}

/// <summary>Names in the section of <c>commitInfo</c> that is ours.</summary>
internal static class EntryFormat
{
    internal const string Section = "datagrid";
    internal const string ActionCount = "actions";
    internal const string EntryId = "entryId";
    internal const string Commits = "commits";
}
