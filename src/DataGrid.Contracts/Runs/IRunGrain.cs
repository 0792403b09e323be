using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using Orleans;
using Orleans.Concurrency;

namespace DataGrid.Contracts.Runs;

/// <summary>One run: its state machine. Key: <c>workspace/run</c>.</summary>
[Alias("IRunGrain")]
public interface IRunGrain : IGrainWithStringKey
{
    /// <summary>Starts the run. One that has been started before goes on where it is.</summary>
    [Alias("Start")]
    Task<RunRecord> Start(PipelineId pipeline, RunRequest request);

    /// <summary>Tells that the run waits for another to end; does nothing when it has been started. A cancel ends it without a start.</summary>
    [Alias("Queue")]
    Task Queue(PipelineId pipeline, RunRequest request, RunId ahead);

    /// <summary>The run as it stands; null when there is no such run.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<RunRecord?> Get();

    /// <summary>News after <paramref name="after"/>, at most <paramref name="max"/>; waits up to <paramref name="wait"/> (10 s at most) for some.</summary>
    [Alias("ReadEvents"), AlwaysInterleave]
    Task<RunEventPage> ReadEvents(long after, int max, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>Asks for a cancel. Before the point of no return the run ends as cancelled; after it the answer says that it is publishing.</summary>
    [Alias("Cancel"), AlwaysInterleave]
    Task<CancelOutcome> Cancel(string reason);

    /// <summary>Does what is due. Sent by the run to itself after an interleaved call changed something.</summary>
    [Alias("Advance"), OneWay]
    Task Advance();

    /// <summary>Ends a run that cannot be started, with the reason.</summary>
    [Alias("Refuse")]
    Task<RunRecord> Refuse(PipelineId pipeline, RunRequest request, Problem problem);

    /// <summary>Goes on with a run whose silo ended, or whose publishing met a fault. With a publish plan it is rolled forward. Without one, several silos go on from what is
    /// durable (pinned inputs, accepted results), and a lone process gives the run up. Does nothing to a run that goes on here.</summary>
    /// <returns>The run; null when nothing of it was ever kept.</returns>
    [Alias("Resume"), ResponseTimeout("01:00:00")]
    Task<RunRecord?> Resume();

    /// <summary>News from a stage. Lost news is repaired from the journal.</summary>
    [Alias("StageEnded"), OneWay]
    Task StageEnded(StageEnd end);

    /// <summary>How far a task is.</summary>
    [Alias("ReportProgress"), OneWay, AlwaysInterleave]
    Task ReportProgress(DatasetName step, TaskProgress progress);
}

/// <summary>What a cancel came to.</summary>
public enum CancelOutcome
{
    /// <summary>The run stops; nothing of it will be published.</summary>
    Cancelling,
    /// <summary>The run is past the point of no return and will finish.</summary>
    Publishing,
    /// <summary>The run had ended before.</summary>
    Ended,
    /// <summary>There is no such run.</summary>
    Unknown,
}

/// <summary>A stage's tasks, each the same step on its own input.</summary>
[GenerateSerializer, Alias("StageSpec"), Immutable]
public sealed record StageSpec
{
    /// <summary>The tasks. Worker-side fields (attempt, staging folder, limits) are filled in by the worker that leases one.</summary>
    [Id(0)] public required ImmutableArray<TaskSpec> Tasks { get; init; }

    /// <summary>Which making of the step this is, from 1; raised when a conflict makes the step be staged again.</summary>
    [Id(1)] public required int Generation { get; init; }

    /// <summary>Whether a task takes all of a worker, because its input is large.</summary>
    [Id(2)] public bool NeedsWholeWorker { get; init; }

    /// <summary>Memory that each task asks for, in bytes; see <see cref="TaskOffer.MemoryBytes"/>.</summary>
    [Id(3)] public long MemoryBytes { get; init; }

    /// <summary>Whether it may have begun before, on a silo that is gone: results may stand in the journal, and attempts may still run.</summary>
    [Id(4)] public bool MayHaveBegun { get; init; }
}

/// <summary>What a stage knows of one of its generations.</summary>
[GenerateSerializer, Alias("StageStatus"), Immutable]
public sealed record StageStatus
{
    /// <summary>Whether it was told of it at all; false when the grain began anew since.</summary>
    [Id(0)] public bool IsKnown { get; init; }

    /// <summary>How it ended; null while it goes on.</summary>
    [Id(1)] public StageEnd? End { get; init; }
}

/// <summary>One stage of a run: attempts, leases, first durable manifest wins. Key: <c>workspace/run/stage/shard</c>.</summary>
[Alias("IStageGrain")]
public interface IStageGrain : IGrainWithStringKey
{
    /// <summary>Starts the stage, or its next generation. One that goes on already is left alone; one that has ended tells its end again.</summary>
    [Alias("Start")]
    Task Start(StageSpec spec);

    /// <summary>A worker's result. The reply says whether it won; the files of a result that lost are garbage. Interleaves, so that results of one stage become durable together.</summary>
    [Alias("Report"), AlwaysInterleave]
    Task<bool> Report(TaskReport report);

    /// <summary>A worker began an attempt.</summary>
    [Alias("Begin"), OneWay]
    Task Begin(TaskId task, AttemptId attempt);

    /// <summary>Stops all attempts and ends the stage, also when this activation has never heard of it.</summary>
    /// <param name="generation">The generation that is meant; 0 for the one that goes on.</param>
    [Alias("Cancel")]
    Task Cancel(int generation);

    /// <summary>Where a generation stands, for a run whose news may have been lost.</summary>
    [Alias("Check"), AlwaysInterleave]
    Task<StageStatus> Check(int generation);
}

/// <summary>A worker's result, its files already under their final names.</summary>
[GenerateSerializer, Alias("TaskReport"), Immutable]
public sealed record TaskReport
{
    /// <summary>The result.</summary>
    [Id(0)] public required TaskResult Result { get; init; }

    /// <summary>The generation of the stage that the attempt belonged to.</summary>
    [Id(1)] public required int Generation { get; init; }

    /// <summary>The files under their final names; the order of the manifest's files.</summary>
    [Id(2)] public ImmutableArray<AdoptedFile> Files { get; init => field = value.OrEmpty(); } = [];
}

/// <summary>A staged file under its final name. No log entry names it yet, so no reader sees it.</summary>
[GenerateSerializer, Alias("AdoptedFile"), Immutable]
public sealed record AdoptedFile
{
    /// <summary>What the manifest says of it.</summary>
    [Id(0)] public required ManifestFile File { get; init; }

    /// <summary>Its path in the table's folder, as a log entry will name it (not percent-encoded).</summary>
    [Id(1)] public required string TablePath { get; init; }

    /// <summary>When it was written, by the store's clock: a commit refuses files that vacuum may be about to take.</summary>
    [Id(2)] public required DateTimeOffset WrittenAt { get; init; }
}

/// <summary>How a stage ended.</summary>
[GenerateSerializer, Alias("StageEnd"), Immutable]
public sealed record StageEnd
{
    /// <summary>The step.</summary>
    [Id(0)] public required DatasetName Step { get; init; }

    /// <summary>The generation.</summary>
    [Id(1)] public required int Generation { get; init; }

    /// <summary>The winning reports, one a task; empty unless it succeeded.</summary>
    [Id(2)] public ImmutableArray<TaskReport> Winners { get; init => field = value.OrEmpty(); } = [];

    /// <summary>What the checks of the failed attempt found.</summary>
    [Id(3)] public ImmutableArray<Quality.CheckResult> Checks { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Why it failed; null when it succeeded.</summary>
    [Id(4)] public Problem? Problem { get; init; }

    /// <summary>Attempts that were begun.</summary>
    [Id(5)] public int Attempts { get; init; }

    /// <summary>Whether another attempt will be made; then this is only news.</summary>
    [Id(6)] public bool WillRetry { get; init; }
}

/// <summary>What a dispatcher knows of a stage's tasks.</summary>
[GenerateSerializer, Alias("DispatchKnowledge"), Immutable]
public sealed record DispatchKnowledge
{
    /// <summary>Numbers of the tasks that wait or run.</summary>
    [Id(0)] public ImmutableArray<int> Tasks { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Whether it is complete. A dispatcher that has just begun has not heard of every worker yet.</summary>
    [Id(1)] public bool IsSettled { get; init; }
}

/// <summary>An attempt that a worker has: enough for a dispatcher that has just begun to take it over.</summary>
[GenerateSerializer, Alias("HeldAttempt"), Immutable]
public sealed record HeldAttempt
{
    /// <summary>Which attempt.</summary>
    [Id(0)] public required AttemptId Attempt { get; init; }

    /// <summary>At which task.</summary>
    [Id(1)] public required TaskId Task { get; init; }

    /// <summary>How many of the worker's slots it takes.</summary>
    [Id(2)] public required int Slots { get; init; }
}

/// <summary>What waits for whom: soft state, rebuilt from the stages. Key: <c>workspace</c>.</summary>
[Alias("IDispatchGrain")]
public interface IDispatchGrain : IGrainWithStringKey
{
    /// <summary>A task waits for a worker.</summary>
    [Alias("Offer")]
    Task Offer(TaskOffer offer);

    /// <summary>A stage takes its tasks back; attempts that run are told to stop at their next heartbeat.</summary>
    /// <returns>How many attempts still run.</returns>
    [Alias("Withdraw")]
    Task<int> Withdraw(RunId run, DatasetName stage);

    /// <summary>A task has its winner: what waits for another attempt is forgotten, and other attempts that run are told to stop at their next heartbeat.</summary>
    [Alias("Settle"), OneWay]
    Task Settle(TaskId task, AttemptId winner);

    /// <summary>A worker asks for as much work as fits beside what it has, and waits up to <paramref name="wait"/> (10 s at most). A lease is provisional until the worker's
    /// first heartbeat for it: a poll whose answer was lost may have been given a task all the same.</summary>
    [Alias("Poll"), AlwaysInterleave]
    Task<ImmutableArray<TaskLease>> Poll(WorkerCapacity worker, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>A worker still has these attempts. The reply names those that it must stop. A dispatcher that has just begun takes over what it does not know.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="attempts">Its attempts.</param>
    /// <param name="held">The same, with their tasks; nothing from a worker of an older version.</param>
    [Alias("Heartbeat"), AlwaysInterleave]
    Task<ImmutableArray<AttemptId>> Heartbeat(string worker, ImmutableArray<AttemptId> attempts, ImmutableArray<HeldAttempt> held);

    /// <summary>Which of a stage's tasks wait or run, so that the stage can offer the others again.</summary>
    [Alias("Know"), AlwaysInterleave]
    Task<DispatchKnowledge> Know(RunId run, DatasetName stage);

    /// <summary>A worker stops before its attempts are done: their tasks wait for another.</summary>
    [Alias("HandBack"), OneWay]
    Task HandBack(AttemptId attempt);

    /// <summary>An attempt is over; its slot is free.</summary>
    [Alias("Complete"), OneWay]
    Task Complete(AttemptId attempt);

    /// <summary>What waits and who has what, to be shown.</summary>
    [Alias("Status"), AlwaysInterleave]
    Task<DispatchSnapshot> Status();
}

/// <summary>What waits for workers and who has what. Soft: after a silo's death it is built anew.</summary>
[GenerateSerializer, Alias("DispatchSnapshot"), Immutable]
public sealed record DispatchSnapshot
{
    /// <summary>How many tasks wait.</summary>
    [Id(0)] public int Waiting { get; init; }

    /// <summary>Since when the first of them waits, UTC; null when none does.</summary>
    [Id(1)] public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>The workers that have something or asked for it lately, by name.</summary>
    [Id(2)] public ImmutableArray<WorkerSnapshot> Workers { get; init => field = value.OrEmpty(); } = [];
}

/// <summary>One worker and what it has.</summary>
[GenerateSerializer, Alias("WorkerSnapshot"), Immutable]
public sealed record WorkerSnapshot
{
    /// <summary>Which, and what it has in all.</summary>
    [Id(0)] public required WorkerCapacity Capacity { get; init; }

    /// <summary>The tasks that it runs.</summary>
    [Id(1)] public ImmutableArray<TaskId> Running { get; init => field = value.OrEmpty(); } = [];

    /// <summary>When it was last heard of, UTC.</summary>
    [Id(2)] public DateTimeOffset SeenAt { get; init; }
}

/// <summary>A worker that asks for tasks, and what it has in all.</summary>
[GenerateSerializer, Alias("WorkerCapacity"), Immutable]
public sealed record WorkerCapacity
{
    /// <summary>Which worker: its silo and that silo's generation, so that a silo that was started again is another one.</summary>
    [Id(0)] public required string Worker { get; init; }

    /// <summary>How many tasks it runs side by side.</summary>
    [Id(1)] public required int Slots { get; init; }

    /// <summary>Memory of all its slots together, in bytes.</summary>
    [Id(2)] public long MemoryBytes { get; init; }
}

/// <summary>A task that waits.</summary>
[GenerateSerializer, Alias("TaskOffer"), Immutable]
public sealed record TaskOffer
{
    /// <summary>What to do.</summary>
    [Id(0)] public required TaskSpec Task { get; init; }

    /// <summary>The generation of its stage.</summary>
    [Id(1)] public required int Generation { get; init; }

    /// <summary>Whether it takes all slots of a worker.</summary>
    [Id(2)] public bool NeedsWholeWorker { get; init; }

    /// <summary>Memory that it asks for, in bytes: it takes as many slots as have so much. 0 for one slot, whatever that has.</summary>
    [Id(3)] public long MemoryBytes { get; init; }

    /// <summary>Since when it waits, UTC.</summary>
    [Id(4)] public DateTimeOffset OfferedAt { get; init; }
}

/// <summary>A task that a worker holds.</summary>
[GenerateSerializer, Alias("TaskLease"), Immutable]
public sealed record TaskLease
{
    /// <summary>What to do, with the attempt's id in it.</summary>
    [Id(0)] public required TaskOffer Offer { get; init; }

    /// <summary>How many of the worker's slots it takes.</summary>
    [Id(1)] public required int Slots { get; init; }
}
