using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Partitions;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Pipelines;
using DataGrid.Storage.Delta;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Datasets;

/// <summary>One table. Every commit passes here; the table's own pump puts appends that wait together into one log entry.</summary>
[GrainType("dataset")]
public sealed class DatasetGrain(WorkspaceServices services, CatalogNews news, TimeProvider clock, ILogger<DatasetGrain> logger) : Grain, IDatasetGrain
{
    private const int PartitionsAtOnce = 64;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // The table may have been written from another silo since this one had it last.
        Table.BeginWriting();
        return base.OnActivateAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<CommitReply> Commit(DatasetCommit commit)
    {
        try
        {
            if (await services.Tables.HeadAsync(Name, CancellationToken.None) is { } head && TableOwnership.Objection(head, commit.Owner) is { } objection)
                return new CommitReply { Kind = CommitResultKind.Refused, Problem = objection };
            var outcome = await Table.CommitAsync(CommitRequests.From(commit), CancellationToken.None);
            var reply = CommitRequests.ReplyTo(outcome, Name);
            // Replaced: whoever asks next finds the table where it belongs now.
            if (reply.Kind == CommitResultKind.Fenced) DeactivateOnIdle();
            if (reply.Kind is CommitResultKind.Committed or CommitResultKind.AlreadyDone)
            {
                await news.TableAsync(Workspace, Name);
                await TellPartitionsAsync(commit, reply.Version!.Value);
            }
            return reply;
        }
        catch (Exception fault)
        {
            // Whether it was committed is not known: the caller carries out its plan again later, and the transaction tells.
            throw new DataGridException(Faults.ToProblem(fault, logger), fault).WithLuggage();
        }
    }

    /// <inheritdoc/>
    public Task<MaintenanceReply> Rollback(long version, bool dryRun) => MaintainAsync(() => Maintenance.RollbackAsync(Table, Name, version, dryRun));

    /// <inheritdoc/>
    public Task<MaintenanceReply> Vacuum(TimeSpan? retention, bool allowShort, bool dryRun) =>
        MaintainAsync(() => Maintenance.VacuumAsync(Table, Name, retention, allowShort, dryRun));

    /// <inheritdoc/>
    public Task<MaintenanceReply> Compact(bool dryRun) => MaintainAsync(() => Maintenance.CompactAsync(Table, Name, dryRun));

    private WorkspaceId Workspace => GrainKeys.WorkspaceOf(this.GetPrimaryKeyString());

    private DatasetName Name => GrainKeys.DatasetOf(this.GetPrimaryKeyString());

    private DeltaTable Table => services.Tables.Open(Name);

    private async Task<MaintenanceReply> MaintainAsync(Func<Task<MaintenanceReply>> work)
    {
        try
        {
            var reply = await work();
            await news.TableAsync(Workspace, Name);
            return reply;
        }
        catch (Exception fault)
        {
            return new MaintenanceReply { Problem = Faults.ToProblem(fault, logger) };
        }
    }

    /// <summary>The commit stands; what its partitions do not hear of is in the table's log all the same.</summary>
    private async Task TellPartitionsAsync(DatasetCommit commit, long version)
    {
        try
        {
            foreach (var some in commit.Adds.GroupBy(file => PartitionNames.Of(commit.PartitionBy, file.File.PartitionValues)).Chunk(PartitionsAtOnce))
                await Task.WhenAll(some.Select(partition => TellAsync(commit, version, partition)));
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Faults.PartitionsNotTold(logger, Name, version, fault);
        }
    }

    private Task TellAsync(DatasetCommit commit, long version, IGrouping<string, AdoptedFile> partition) =>
        GrainFactory.GetGrain<IPartitionGrain>(GrainKeys.Partition(Workspace, Name, partition.Key)).RecordFill(new PartitionFill
        {
            Version = version,
            Run = commit.Run,
            At = clock.GetUtcNow(),
            Rows = partition.Sum(static file => file.File.Rows),
            Bytes = partition.Sum(static file => file.File.Bytes),
            Files = partition.Count(),
            Checks = commit.Provenance.Checks,
        });
}
