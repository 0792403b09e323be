using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Core.DeltaLog.Maintenance;
using DataGrid.Storage.Delta;

namespace DataGrid.Grains.Datasets;

/// <summary>Rollback, vacuum and compaction, and what they answer.</summary>
internal static class Maintenance
{
    private const int MaxListedFiles = 1000;

    /// <summary>Compaction yields to every other commit; so often it tries again.</summary>
    private const int CompactionAttempts = 10;

    /// <summary>Brings a version back.</summary>
    public static async Task<MaintenanceReply> RollbackAsync(DeltaTable table, DatasetName name, long version, bool dryRun)
    {
        if (await table.ReadHeadAsync(CancellationToken.None) is not { } head) return Unknown(name);
        var target = await table.ReadVersionAsync(version, CancellationToken.None);
        var reply = new MaintenanceReply
        {
            FilesAdded = Rollback.FilesToAdd(head, target).Length,
            FilesRemoved = Rollback.FilesToRemove(head, target).Length,
            BytesRemoved = Rollback.FilesToRemove(head, target).Sum(static file => file.SizeBytes),
        };
        if (Rollback.Objection(head, target) is { } objection) return reply with { Problem = Refused(objection, name) };
        return dryRun ? reply : With(reply, await table.RestoreAsync(version, null, CancellationToken.None), name);
    }

    /// <summary>Deletes what nothing needs.</summary>
    public static async Task<MaintenanceReply> VacuumAsync(DeltaTable table, DatasetName name, TimeSpan? retention, bool allowShort, bool dryRun)
    {
        if (await table.ReadHeadAsync(CancellationToken.None) is null) return Unknown(name);
        var report = await table.VacuumAsync(retention, dryRun, allowShort, CancellationToken.None);
        return new MaintenanceReply { FilesRemoved = report.Files.Length, BytesRemoved = report.Bytes, Files = [.. report.Files.Take(MaxListedFiles)] };
    }

    /// <summary>Joins small files.</summary>
    public static async Task<MaintenanceReply> CompactAsync(DeltaTable table, DatasetName name, bool dryRun)
    {
        if (await table.ReadHeadAsync(CancellationToken.None) is not { } head) return Unknown(name);
        if (dryRun)
        {
            var bins = Compaction.Decide(head, CompactionLimits.Default);
            return new MaintenanceReply
            {
                FilesAdded = bins.Length,
                FilesRemoved = bins.Sum(static bin => bin.Files.Length),
                BytesRemoved = bins.Sum(static bin => bin.Files.Sum(static file => file.SizeBytes)),
            };
        }
        for (var attempt = 1; ; attempt++)
        {
            var report = await table.CompactAsync(CompactionLimits.Default, CancellationToken.None);
            if (report.Outcome is CommitOutcome.Conflict && attempt < CompactionAttempts) continue;
            var reply = new MaintenanceReply { FilesAdded = report.Bins, FilesRemoved = report.FilesBefore, BytesRemoved = report.Bytes };
            return report.Outcome is null ? reply : With(reply, report.Outcome, name);
        }
    }

    private static MaintenanceReply With(MaintenanceReply reply, CommitOutcome outcome, DatasetName name)
    {
        var answer = CommitRequests.ReplyTo(outcome, name);
        return reply with { Version = answer.Version, Problem = answer.Problem };
    }

    private static MaintenanceReply Unknown(DatasetName name) => new()
    {
        Problem = new Problem { Code = ErrorCodes.DatasetUnknown, Message = $"there is no table {name}", Help = "'datagrid datasets' lists what there is", Dataset = name.ToString() },
    };

    private static Problem Refused(string why, DatasetName name) =>
        new() { Code = ErrorCodes.VersionUnknown, Message = why, Help = "'datagrid history' lists the versions", Dataset = name.ToString() };
}
