using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;

namespace DataGrid.Grains.Runs;

/// <summary>From the point of no return on: the plan is made durable and carried out, and after a crash carried out again.</summary>
public sealed partial class RunGrain
{
    private async Task PlanAndPublishAsync(RunStory story, RunWork work)
    {
        var publisher = new RunPublisher(services, GrainFactory, Workspace);
        var draft = await publisher.PlanAsync(story.Record, work);
        await HitAsync(RunFailpoints.BeforePlan);
        // A cancel comes between any two awaits: from here on it is told that it came too late.
        if (_cancelReason is not null) return;
        _isPastReturn = true;
        PublishPlan plan;
        try
        {
            plan = await publisher.PutPlanAsync(draft);
        }
        catch (Exception fault) when (fault is not (PlanUnsettledException or OperationCanceledException))
        {
            _isPastReturn = false;
            throw;
        }
        await HitAsync(RunFailpoints.PlanPut);
        // The state first: an activation that has been replaced says nothing any more.
        state.State.Status = RunStatus.Publishing;
        await state.WriteStateAsync();
        story.Change(run => run with { Status = RunStatus.Publishing, PublishPlan = plan.Number });
        await story.SaveAsync();
        await HitAsync(RunFailpoints.PublishingSaved);
        await story.TellAsync(RunEventKind.PublishStarted, $"publishing {plan.Commits.Length} changes");
        await PublishAsync(story, plan);
    }

    private async Task PublishAsync(RunStory story, PublishPlan plan)
    {
        var publisher = new RunPublisher(services, GrainFactory, Workspace);
        var (verdict, failed) = await publisher.CarryOutAsync(plan, story);
        switch (verdict)
        {
            case PublishVerdict.Complete:
                await HitAsync(RunFailpoints.AllCommitted);
                await publisher.PutInForceAsync(plan, story.Record, clock.GetUtcNow());
                await news.PipelineAsync(Workspace, plan.Pipeline);
                await HitAsync(RunFailpoints.InForce);
                await EndAsync(story, RunStatus.Succeeded, "everything is published", null);
                break;
            case PublishVerdict.Restage when await WorkAsync(story) is { } work:
                await RestageAsync(story, work, failed!);
                break;
            case PublishVerdict.Partial:
                await EndAsync(story, RunStatus.PartiallyPublished, "a foreign writer came in between", RunRecords.Partial(story.Record, failed!));
                break;
            default:
                await EndAsync(story, RunStatus.Failed, "nothing was published", RunRecords.NotPublished(failed!));
                break;
        }
    }

    private async Task RestageAsync(RunStory story, RunWork work, CommitFailure failed)
    {
        var again = PublishDecisions.WithDependents(failed.Dataset, FactsOf(story, work).Steps);
        _isPastReturn = false;
        story.Change(static run => run with { Status = RunStatus.Running });
        await work.ForgetAsync(again);
        foreach (var step in again) story.ChangeStep(step, static record => record with { Status = StepStatus.Waiting });
        await story.TellAsync(RunEventKind.StepRestaged, $"{failed.Dataset} was changed by somebody else; {again.Length} steps are made again", again[0], failed.Reply.Problem);
        await Self.Advance();
    }
}
