using System.Collections.Immutable;

namespace DataGrid.Grains.Runs;

/// <summary>The places of a run where a test may stop, delay or kill the process, in
/// the order in which a run reaches them. Nothing happens there by default.</summary>
public static class RunFailpoints
{
#pragma warning disable CS1591 // The names say where.
    public const string PipelineWritten = "run.pipeline-written";
    public const string StateWritten = "run.state-written";
    public const string RecordSaved = "run.record-saved";
    public const string InputsPinned = "run.inputs-pinned";
    public const string StageStarted = "run.stage-started";
    public const string ResultAccepted = "run.result-accepted";
    public const string BeforePlan = "run.before-plan";
    public const string PlanPut = "run.plan-put";
    public const string PublishingSaved = "run.publishing-saved";
    public const string BeforeCommit = "run.before-commit";
    public const string AllCommitted = "run.all-committed";
    public const string InForce = "run.in-force";
    public const string EndSaved = "run.end-saved";
    public const string Swept = "run.swept";
#pragma warning restore CS1591

    /// <summary>Every place, for tests that try each in turn.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        PipelineWritten, StateWritten, RecordSaved, InputsPinned, StageStarted, ResultAccepted, BeforePlan, PlanPut, PublishingSaved, BeforeCommit, AllCommitted, InForce, EndSaved, Swept,
    ];
}
