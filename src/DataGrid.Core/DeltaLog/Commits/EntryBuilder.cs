using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DataGrid.Core.DeltaLog.Actions;

namespace DataGrid.Core.DeltaLog.Commits;

/// <summary>Turns a finished draft into an entry's actions: <c>commitInfo</c> first, as the protocol asks where commits carry timestamps.</summary>
internal static class EntryBuilder
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static ImmutableArray<DeltaAction> Build(EntryDraft draft, TableFacts facts)
    {
        var body = new List<DeltaAction>();
        if (draft is { ProtocolChanged: true, Protocol: { } protocol }) body.Add(protocol);
        if (draft is { MetadataChanged: true, Metadata: { } metadata }) body.Add(metadata);
        if (!facts.Epoch.IsEstablished) body.Add(new TransactionAction(WriterEpoch.AppId, facts.Epoch.Number, null));
        body.AddRange(draft.Transactions.Values.OrderBy(static one => one.AppId, StringComparer.Ordinal));
        body.AddRange(draft.Domains.Values.OrderBy(static one => one.Domain, StringComparer.Ordinal));
        body.AddRange(draft.Removes.Values.OrderBy(static one => one.Path, StringComparer.Ordinal));
        body.AddRange(draft.Adds.Values.OrderBy(static one => one.Path, StringComparer.Ordinal));
        return [Info(draft, facts, body.Count + 1), .. body];
    }

    internal static RemoveFile Remove(AddFile file, long now, bool dataChange) => new()
    {
        Path = file.Path,
        DeletionTimestamp = now,
        DataChange = dataChange,
        ExtendedFileMetadata = true,
        PartitionValues = file.PartitionValues,
        SizeBytes = file.SizeBytes,
        DeletionVector = file.DeletionVector,
        BaseRowId = file.BaseRowId,
        DefaultRowCommitVersion = file.DefaultRowCommitVersion,
    };

    internal static CommitMember Member(CommitRequest request, ImmutableArray<AddFile> adds, int removed) => new(request.CommitId, KindName(request.Kind), request.Transaction?.AppId,
        request.Transaction?.Version, adds.Length, adds.Sum(static add => FileStatistics.RowsOf(add) ?? 0), removed, request.ProvenanceJson);

    private static CommitInfoAction Info(EntryDraft draft, TableFacts facts, int actionCount)
    {
        var hasTimestamps = draft.Metadata is { } metadata && ProtocolSupport.IsOn(metadata, TableFeatures.EnableInCommitTimestamps);
        // A version's time is after that of the one before, whatever the clock does.
        var timestamp = Math.Max(facts.NowMilliseconds, (draft.Head?.TimestampMilliseconds ?? 0) + 1);
        var first = draft.Members[0];
        var operation = first.Kind switch { "merge" => "MERGE", "compaction" => "OPTIMIZE", "restore" => "RESTORE", "settings" => "SET TBLPROPERTIES", _ => "WRITE" };

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            if (hasTimestamps) json.WriteNumber("inCommitTimestamp", timestamp);
            json.WriteNumber("timestamp", timestamp);
            json.WriteString("operation", operation);
            json.WriteStartObject("operationParameters");
            if (operation == "WRITE") json.WriteString("mode", first.Kind == "replace" ? "Overwrite" : "Append");
            json.WriteEndObject();
            if (draft.Head is { } head) json.WriteNumber("readVersion", head.Version);
            json.WriteBoolean("isBlindAppend", first.Kind == "append");
            Metrics(json, draft);
            json.WriteString("engineInfo", facts.Engine);
            json.WriteString("txnId", facts.EntryId.ToString());
            Section(json, draft, facts, actionCount);
            json.WriteEndObject();
        }
        return new CommitInfoAction(Encoding.UTF8.GetString(buffer.ToArray()), timestamp, hasTimestamps ? timestamp : null, operation);
    }

    private static void Metrics(Utf8JsonWriter json, EntryDraft draft)
    {
        // The protocol's own writers keep metrics as texts.
        json.WriteStartObject("operationMetrics");
        json.WriteString("numFiles", Text(draft.Adds.Count));
        json.WriteString("numRemovedFiles", Text(draft.Removes.Count));
        json.WriteString("numOutputRows", Text(draft.Members.Sum(static member => member.Rows ?? 0)));
        json.WriteString("numOutputBytes", Text(draft.Adds.Values.Sum(static add => add.SizeBytes)));
        json.WriteEndObject();
    }

    private static void Section(Utf8JsonWriter json, EntryDraft draft, TableFacts facts, int actionCount)
    {
        json.WriteStartObject(EntryFormat.Section);
        json.WriteString(EntryFormat.EntryId, facts.EntryId);
        json.WriteNumber(EntryFormat.ActionCount, actionCount);
        json.WriteNumber("epoch", facts.Epoch.Number);
        json.WriteStartArray(EntryFormat.Commits);
        foreach (var member in draft.Members)
        {
            json.WriteStartObject();
            json.WriteString("commitId", member.CommitId);
            json.WriteString("kind", member.Kind);
            if (member.AppId is { } app) json.WriteString("appId", app);
            if (member.AppVersion is { } version) json.WriteNumber("appVersion", version);
            json.WriteNumber("files", member.Files);
            if (member.Rows is { } rows) json.WriteNumber("rows", rows);
            json.WriteNumber("removedFiles", member.RemovedFiles);
            if (member.ProvenanceJson is { } provenance)
            {
                json.WritePropertyName("provenance");
                // Compacted, so that an entry's line stays one line whatever the caller's layout.
                using var parsed = JsonDocument.Parse(provenance);
                parsed.WriteTo(json);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string KindName(CommitKind kind) => kind switch
    {
        CommitKind.Append => "append",
        CommitKind.CheckedAppend => "checked-append",
        CommitKind.Merge => "merge",
        CommitKind.Replace => "replace",
        CommitKind.Compaction => "compaction",
        CommitKind.Restore => "restore",
        CommitKind.Settings => "settings",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
