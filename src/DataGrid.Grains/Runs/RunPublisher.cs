using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Lineage;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Telemetry;
using DataGrid.Core.Runs;
using DataGrid.Storage.Catalog;
using Orleans;

namespace DataGrid.Grains.Runs;

/// <summary>Writes a run's publish plan and carries it out. Carrying out a plan again does nothing that was done before.</summary>
internal sealed class RunPublisher(WorkspaceServices services, IGrainFactory grains, WorkspaceId workspace)
{
    private const int FencedRetries = 2;

    /// <summary>Writes what the commits refer to (lineage and cursor files, both named so that writing them again is harmless) and builds the plan.</summary>
    public async Task<PublishPlan> PlanAsync(RunRecord run, RunWork work)
    {
        // Side by side: each waits for the disk, and none for another.
        var written = await Task.WhenAll(work.Staged.Where(static staged => staged.Manifest is not null).Select(staged => WriteAsync(run, work, staged)));
        var lineage = written.ToDictionary(static one => one.Step, static one => one.Lineage);
        var cursors = written.Where(static one => one.Cursor is not null).ToDictionary(static one => one.Step, static one => one.Cursor!);
        return PublishPlanner.Build(run, run.PublishPlan + 1, work.Staged, lineage, cursors);
    }

    private async Task<(DatasetName Step, string Lineage, string? Cursor)> WriteAsync(RunRecord run, RunWork work, StagedStep staged)
    {
        var step = staged.Step.Name;
        var content = new TableLineage { Step = staged.Step, Pipeline = run.Pipeline, PipelineOwner = work.Spec.Owner };
        var lineage = await services.Tables.WriteLineageAsync(step, content, CancellationToken.None);
        var cursor = staged.Cursor is { } read ? await services.Tables.WriteCursorAsync(step, run.Run, run.PublishPlan + 1, read, CancellationToken.None) : null;
        return (step, lineage, cursor);
    }

    /// <summary>Makes a plan durable. When the store fails it is looked up: a plan that stands is the run's plan, whatever was answered.</summary>
    /// <exception cref="PlanUnsettledException">Whether it stands is not known.</exception>
    public async Task<PublishPlan> PutPlanAsync(PublishPlan plan)
    {
        try
        {
            return await services.Runs.PutPlanAsync(plan, CancellationToken.None);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            PublishPlan? standing;
            try
            {
                standing = await services.Runs.ReadPlanAsync(plan.Run, plan.Number, CancellationToken.None);
            }
            catch (Exception unread) when (unread is not OperationCanceledException)
            {
                throw new PlanUnsettledException(fault);
            }
            if (standing is not null) return standing;
            throw;
        }
    }

    /// <summary>Makes the commits in order and stops at the first that cannot be made.</summary>
    public async Task<(PublishVerdict Verdict, CommitFailure? Failed)> CarryOutAsync(PublishPlan plan, RunStory story)
    {
        var replies = new List<CommitReply>();
        var published = new Dictionary<DatasetName, long>();
        foreach (var planned in plan.Commits)
        {
            await services.Options.Failpoints.HitAsync(RunFailpoints.BeforeCommit, CancellationToken.None);
            var commit = planned with { Provenance = PublishPlanner.WithVersions(planned.Provenance, published) };
            CommitReply reply;
            using (var span = DataGridTelemetry.Begin(SpanNames.Commit, story.TraceParent(null))?.SetTag("datagrid.dataset", commit.Dataset.ToString()))
            {
                reply = await CommitAsync(commit);
                span?.SetTag("datagrid.version", reply.Version).SetTag("datagrid.result", reply.Kind.ToString());
            }
            Measures.Commits.Add(1, new KeyValuePair<string, object?>("result", reply.Kind.ToString()));
            replies.Add(reply);
            if (reply.Version is not { } version || reply.Kind is not (CommitResultKind.Committed or CommitResultKind.AlreadyDone))
                return (PublishDecisions.Judge(plan, replies), new CommitFailure(commit.Dataset, reply));
            published[commit.Dataset] = version;
            if (commit.Dataset == commit.Step) await PublishedAsync(story, commit, version, published);
        }
        foreach (var step in story.Record.Steps.Where(static step => step.Status == StepStatus.Staged).ToArray())
            story.ChangeStep(step.Name, record => record with { Status = StepStatus.Published, Inputs = PublishPlanner.WithVersions(record.Inputs, published) });
        return (PublishVerdict.Complete, null);
    }

    /// <summary>A table that moved to another silo is asked for there. A plan that stands is only rolled forward: who is replaced again leaves it to whoever finishes it.</summary>
    /// <exception cref="DataGridException">Two silos take the table from each other.</exception>
    private async Task<CommitReply> CommitAsync(DatasetCommit commit)
    {
        for (var again = 0; ; again++)
        {
            var reply = await grains.GetGrain<IDatasetGrain>(GrainKeys.Dataset(workspace, commit.Dataset)).Commit(commit);
            if (reply.Kind != CommitResultKind.Fenced) return reply;
            if (again == FencedRetries) throw new DataGridException(reply.Problem!);
        }
    }

    /// <summary>From now on the pipeline's views, sources and descriptions are those of this run's project.</summary>
    public Task PutInForceAsync(PublishPlan plan, RunRecord run, DateTimeOffset now) => services.Pipelines.PublishAsync(
        new PublishedSpec
        {
            Pipeline = plan.Pipeline,
            Number = 0,
            Fingerprint = run.Request.Fingerprint,
            Run = plan.Run,
            At = now,
            ProjectDirectory = run.Request.ProjectDirectory,
            Views = plan.Views,
        },
        CancellationToken.None);

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

    private static async Task PublishedAsync(RunStory story, DatasetCommit commit, long version, Dictionary<DatasetName, long> published)
    {
        // After a crash the record may know less than the plan: the plan counts.
        if (story.Record.Steps.All(step => step.Name != commit.Step))
            story.Change(run => run with { Steps = run.Steps.Add(FromPlan(commit)) });
        story.ChangeStep(commit.Step, step => step with
        {
            Status = StepStatus.Published,
            Version = version,
            QuarantineVersion = published.TryGetValue(commit.Step.Quarantine, out var quarantine) ? quarantine : null,
            Inputs = PublishPlanner.WithVersions(step.Inputs, published),
        });
        await story.TellAsync(RunEventKind.StepPublished, $"{commit.Step} is version {version}", commit.Step);
    }
}

/// <summary>The store failed while a publish plan was written, and does not tell whether the plan stands.</summary>
internal sealed class PlanUnsettledException(Exception cause) : Exception(cause.Message, cause);
