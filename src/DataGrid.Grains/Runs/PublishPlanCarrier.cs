using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Telemetry;
using DataGrid.Core.Runs;
using Orleans;

namespace DataGrid.Grains.Runs;

/// <summary>Carries out one plan once, on the turns of one run.</summary>
/// <remarks>
/// Invariants: a commit is begun only when all that <see cref="PublishOrder"/> names before it stand; after a failure or a fault none is begun; whoever waits for the
/// end is answered only when no commit is under way any more (docs/decisions/0019-independent-commits-side-by-side.md).
/// </remarks>
internal sealed class PublishPlanCarrier(WorkspaceServices services, IGrainFactory grains, WorkspaceId workspace, PublishPlan plan, RunStory story)
{
    private const int CommitsAtOnce = 16;
    private const int FencedRetries = 2;

    private readonly Dictionary<DatasetName, long> _published = [];
    private readonly List<Task> _told = [];
    private bool _isStopped;

    /// <summary>The versions of what stands.</summary>
    public IReadOnlyDictionary<DatasetName, long> Published => _published;

    /// <summary>Makes the commits.</summary>
    /// <returns>The reply to each commit in the plan's order; null where none was made because another one failed.</returns>
    public async Task<CommitReply?[]> CarryOutAsync()
    {
        using var room = new SemaphoreSlim(CommitsAtOnce);
        var order = PublishOrder.Of(plan);
        var commits = new List<Task<CommitReply?>>(order.Length);
        for (var place = 0; place < order.Length; place++)
            commits.Add(CommitAfterAsync(plan.Commits[place], [.. order[place].Select(before => commits[before])], room));
        try
        {
            return await Task.WhenAll(commits);
        }
        finally
        {
            await Task.WhenAll(_told);
        }
    }

    private async Task<CommitReply?> CommitAfterAsync(DatasetCommit planned, Task<CommitReply?>[] before, SemaphoreSlim room)
    {
        await Task.WhenAll(before);
        await room.WaitAsync();
        try
        {
            if (_isStopped) return null;
            await services.Options.Failpoints.HitAsync(RunFailpoints.BeforeCommit, CancellationToken.None);
            var reply = await CommitAsync(planned with { Provenance = PublishPlanner.WithVersions(planned.Provenance, _published) });
            if (PublishDecisions.Stands(reply) && reply.Version is { } version) Note(planned, version);
            else _isStopped = true;
            return reply;
        }
        catch
        {
            _isStopped = true;
            throw;
        }
        finally
        {
            room.Release();
        }
    }

    private async Task<CommitReply> CommitAsync(DatasetCommit commit)
    {
        using var span = DataGridTelemetry.Begin(SpanNames.Commit, story.TraceParent(null))?.SetTag("datagrid.dataset", commit.Dataset.ToString());
        var reply = await AskAsync(commit);
        span?.SetTag("datagrid.version", reply.Version).SetTag("datagrid.result", reply.Kind.ToString());
        Measures.Commits.Add(1, new KeyValuePair<string, object?>("result", reply.Kind.ToString()));
        return reply;
    }

    /// <summary>A table that moved to another silo is asked for there. A plan that stands is only rolled forward: who is replaced again leaves it to whoever finishes it.</summary>
    /// <exception cref="DataGridException">Two silos take the table from each other.</exception>
    private async Task<CommitReply> AskAsync(DatasetCommit commit)
    {
        for (var again = 0; ; again++)
        {
            var reply = await grains.GetGrain<IDatasetGrain>(GrainKeys.Dataset(workspace, commit.Dataset)).Commit(commit);
            if (reply.Kind != CommitResultKind.Fenced) return reply;
            if (again == FencedRetries) throw new DataGridException(reply.Problem!);
        }
    }

    private void Note(DatasetCommit commit, long version)
    {
        _published[commit.Dataset] = version;
        if (commit.Dataset != commit.Step) return;
        // After a crash the record may know less than the plan: the plan counts.
        if (story.Record.Steps.All(step => step.Name != commit.Step))
            story.Change(run => run with { Steps = run.Steps.Add(FromPlan(commit)) });
        story.ChangeStep(commit.Step, step => step with
        {
            Status = StepStatus.Published,
            Version = version,
            QuarantineVersion = _published.TryGetValue(commit.Step.Quarantine, out var quarantine) ? quarantine : null,
            Inputs = PublishPlanner.WithVersions(step.Inputs, _published),
        });
        // The next commits need not wait until the story is written.
        _told.Add(story.TellAsync(RunEventKind.StepPublished, $"{commit.Step} is version {version}", commit.Step));
    }

    private static StepRecord FromPlan(DatasetCommit commit) => new()
    {
        Name = commit.Step,
        Status = StepStatus.Staged,
        Rows = commit.Provenance.Rows,
        RowsQuarantined = commit.Provenance.RowsQuarantined,
        RowsDropped = commit.Provenance.RowsDropped,
        Checks = commit.Provenance.Checks,
        Inputs = commit.Provenance.Inputs,
    };
}
