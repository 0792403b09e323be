using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Lineage;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;
using Orleans;

namespace DataGrid.Grains.Runs;

/// <summary>Writes a run's publish plan and carries it out. Carrying out a plan again does nothing that was done before.</summary>
internal sealed class RunPublisher(WorkspaceServices services, IGrainFactory grains, WorkspaceId workspace)
{
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

    /// <summary>Makes the commits, each as soon as those stand that it was made from; after the first that cannot be made none is begun.</summary>
    public async Task<(PublishVerdict Verdict, CommitFailure? Failed)> CarryOutAsync(PublishPlan plan, RunStory story)
    {
        var carrying = new PublishPlanCarrier(services, grains, workspace, plan, story);
        var replies = await carrying.CarryOutAsync();
        var failed = Array.FindIndex(replies, static reply => reply is not null && !PublishDecisions.Stands(reply));
        if (failed >= 0)
        {
            var failure = new CommitFailure(plan.Commits[failed].Dataset, replies[failed]!); // Found because it is one.
            return (PublishDecisions.Judge(plan, [.. replies.OfType<CommitReply>().Where(PublishDecisions.Stands), failure.Reply]), failure);
        }
        foreach (var step in story.Record.Steps.Where(static step => step.Status == StepStatus.Staged).ToArray())
            story.ChangeStep(step.Name, record => record with { Status = StepStatus.Published, Inputs = PublishPlanner.WithVersions(record.Inputs, carrying.Published) });
        return (PublishVerdict.Complete, null);
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
}

/// <summary>The store failed while a publish plan was written, and does not tell whether the plan stands.</summary>
internal sealed class PlanUnsettledException(Exception cause) : Exception(cause.Message, cause);
