using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Core.DeltaLog.Schema;
using DataGrid.Core.Runs;
using DataGrid.Storage.Tables;

namespace DataGrid.Grains.Datasets;

/// <summary>A step's commit in the terms of the table protocol, and the answer back.</summary>
internal static class CommitRequests
{
    /// <summary>The request. Made from the same commit again it is the same request.</summary>
    public static CommitRequest From(DatasetCommit commit)
    {
        var domains = ImmutableSortedDictionary<string, string?>.Empty.Add(TableSet.OwnerDomain, commit.Owner.Value);
        if (commit.Cursor is not null || commit.BaseCursor is not null) domains = domains.Add(TableSet.CursorDomain, commit.Cursor ?? commit.BaseCursor);
        var expected = commit.Cursor is not null && commit.Kind == RowChange.Append
            ? ImmutableSortedDictionary<string, string?>.Empty.Add(TableSet.CursorDomain, commit.BaseCursor)
            : ImmutableSortedDictionary<string, string?>.Empty;
        return new CommitRequest
        {
            CommitId = IdOf(commit),
            Kind = KindOf(commit),
            BaseVersion = commit.BaseVersion,
            Transaction = new CommitTransaction(PublishPlanner.TransactionOf(commit.Run, commit.Dataset), 1, Expires: true),
            Adds = [.. commit.Adds.Select(AddOf)],
            RemovedPaths = commit.Removes,
            Schema = DuckDbTypes.ToSchema(commit.Columns),
            PartitionColumns = commit.PartitionBy,
            Evolution = commit.ReplacesSchema ? EvolutionPolicy.Replace : EvolutionPolicy.Compatible,
            Domains = domains,
            ExpectedDomains = expected,
            TableName = commit.Dataset.ToString(),
            Description = commit.Description,
            ProvenanceJson = JsonSerializer.Serialize(commit.Provenance, DataGridJson.Options),
            ExpectedRows = commit.Adds.Sum(static file => file.File.Rows),
        };
    }

    /// <summary>The answer to the step.</summary>
    public static CommitReply ReplyTo(CommitOutcome outcome, DatasetName name) => outcome switch
    {
        CommitOutcome.Committed done => new CommitReply { Kind = CommitResultKind.Committed, Version = done.Version },
        CommitOutcome.AlreadyDone done => new CommitReply { Kind = CommitResultKind.AlreadyDone, Version = done.Version },
        CommitOutcome.Conflict conflict => new CommitReply
        {
            Kind = CommitResultKind.Conflict,
            Problem = Problem(ErrorCodes.CommitConflict, $"{name} was changed by somebody else: {conflict.Why}", "run the pipeline again", name),
        },
        CommitOutcome.Fenced fenced => new CommitReply
        {
            Kind = CommitResultKind.Fenced,
            Problem = Problem(ErrorCodes.CommitFenced, $"a newer process writes {name} (epoch {fenced.ByEpoch})", "stop this process, or run the pipeline there", name),
        },
        CommitOutcome.Refused refused => new CommitReply { Kind = CommitResultKind.Refused, Problem = refused.Problem with { Dataset = name.ToString() } },
        _ => throw new InvalidOperationException($"unknown outcome {outcome}"),
    };

    private static CommitKind KindOf(DatasetCommit commit) => commit.Kind switch
    {
        RowChange.Append => commit.CheckedWholeTable ? CommitKind.CheckedAppend : CommitKind.Append,
        RowChange.Merge => CommitKind.Merge,
        _ => CommitKind.Replace,
    };

    private static AddFile AddOf(Contracts.Runs.AdoptedFile file) => new()
    {
        Path = DataPath.Encode(file.TablePath),
        DataChange = true,
        SizeBytes = file.File.Bytes,
        ModificationTime = file.WrittenAt.ToUnixTimeMilliseconds(),
        PartitionValues = file.File.PartitionValues,
        Statistics = file.File.Statistics,
    };

    private static Guid IdOf(DatasetCommit commit) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{commit.Run}/{commit.Dataset}/{commit.Cursor}/{string.Join('|', commit.Adds.Select(static file => file.TablePath))}")).AsSpan(0, 16));

    private static Problem Problem(string code, string message, string help, DatasetName name) =>
        new() { Code = code, Message = message, Help = help, Dataset = name.ToString() };
}

/// <summary>What partitions are called in the keys of their grains.</summary>
internal static class PartitionNames
{
    /// <summary>The name of the only partition of a dataset that has none.</summary>
    public const string All = "all";

    /// <summary><c>month=2001-01,origin=JFK</c>, with what a key cannot have written as <c>%XX</c>.</summary>
    public static string Of(ImmutableArray<string> columns, ImmutableSortedDictionary<string, string?> values) =>
        columns.IsEmpty ? All : string.Join(',', columns.Select(column => $"{column}={Uri.EscapeDataString(values.GetValueOrDefault(column) ?? "")}"));
}
