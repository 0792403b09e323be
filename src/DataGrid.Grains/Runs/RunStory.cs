using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;
using DataGrid.Grains.Lineage;
using Microsoft.Extensions.Logging;

namespace DataGrid.Grains.Runs;

/// <summary>A run's record and story: what it says to those who watch, and what is left of it afterwards.</summary>
/// <remarks>The story is for people: a line that cannot be written (a full disk) is logged and never changes what the run does.</remarks>
internal sealed partial class RunStory(RunRecord record, ImmutableArray<RunEvent> events, WorkspaceServices services, TimeProvider clock, ILogger logger)
{
    private readonly List<RunEvent> _events = [.. events];
    private readonly Dictionary<DatasetName, TaskProgress> _progress = [];
    private readonly RunTelemetry _telemetry = new(record.Request.TraceParent);
    private Task _written = Task.CompletedTask;
    private TaskCompletionSource _news = New();
    private LineageLog? _lineage;

    /// <summary>The run as it stands.</summary>
    public RunRecord Record { get; private set; } = record;

    /// <summary>Whether nothing more will happen in this process: the run ended, or publishing is stuck until somebody mends the store.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The span under which a step's tasks, or the run's own work, happen; null when nobody traces.</summary>
    public string? TraceParent(DatasetName? step) => _telemetry.ParentOf(step);

    /// <summary>From now on the story is written as OpenLineage events too.</summary>
    public void WriteLineageTo(LineageLog lineage) => _lineage = lineage;

    /// <summary>A step as it stands.</summary>
    public StepRecord Step(DatasetName name) => Record.Steps.First(step => step.Name == name);

    /// <summary>Whether it was told that a step, or the run itself, has begun.</summary>
    public bool HasBegun(DatasetName? step) => _events.Any(line => line.Step == step && line.Kind == (step is null ? RunEventKind.RunStarted : RunEventKind.StepStarted));

    /// <summary>Whether it was told that a step is staged.</summary>
    public bool HasStaged(DatasetName step) => _events.Any(line => line.Step == step && line.Kind == RunEventKind.StepStaged);

    /// <summary>The run does not begin yet.</summary>
    public void Wait(RunId ahead) => Record = Record with { Status = RunStatus.Queued, WaitsFor = ahead };

    /// <summary>Changes the record without news.</summary>
    public void Change(Func<RunRecord, RunRecord> change)
    {
        var next = change(Record);
        RunTransitions.Move(Record.Status, next.Status);
        Record = next;
    }

    /// <summary>Takes over the end that stands, whoever came to it.</summary>
    public void End(RunRecord ended) => Record = ended;

    /// <summary>Changes a step without news.</summary>
    public void ChangeStep(DatasetName name, Func<StepRecord, StepRecord> change) =>
        Record = Record with { Steps = [.. Record.Steps.Select(step => step.Name == name ? Checked(step, change(step)) : step)] };

    /// <summary>Adds a line and wakes those who wait for one.</summary>
    public Task TellAsync(RunEventKind kind, string message, DatasetName? step = null, Problem? problem = null)
    {
        var entry = new RunEvent
        {
            Sequence = _events.Count + 1,
            At = clock.GetUtcNow(),
            Kind = kind,
            Step = step,
            Message = message,
            Record = step is { } name ? Record.Steps.FirstOrDefault(known => known.Name == name) : null,
            Problem = problem,
            Status = Record.Status,
        };
        _events.Add(entry);
        _telemetry.Note(entry, Record);
        Wake();
        // A cancel tells its line between the awaits of others: lines are written one after the other, in the order in which they were told.
        return _written = WriteAsync(_written, entry, Record);
    }

    private async Task WriteAsync(Task before, RunEvent entry, RunRecord record)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await services.Events.AppendAsync(record.Run, [entry], CancellationToken.None);
            if (_lineage is not null) await _lineage.TellAsync(entry, record);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            NotTold(logger, record.Run, entry.Message, fault);
        }
    }

    /// <summary>Writes the record; durable when it returns.</summary>
    public Task SaveAsync() => services.Runs.WriteAsync(Record, CancellationToken.None);

    /// <summary>Nothing more will happen.</summary>
    public void Close()
    {
        IsOver = true;
        _progress.Clear();
        Wake();
    }

    /// <summary>Notes how far a step is.</summary>
    public void NoteProgress(DatasetName step, TaskProgress progress)
    {
        if (Record.Steps.FirstOrDefault(known => known.Name == step)?.Status != StepStatus.Running) return;
        _progress[step] = progress;
        Wake();
    }

    /// <summary>Forgets how far a step was.</summary>
    public void ForgetProgress(DatasetName step) => _progress.Remove(step);

    /// <summary>News after a number; waits for some.</summary>
    public async Task<RunEventPage> ReadAsync(long after, int max, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (_events.Count <= after && !IsOver) await Task.WhenAny(_news.Task, Task.Delay(wait, clock, cancellationToken));
        ImmutableArray<RunEvent> page = [.. _events.Skip((int)Math.Clamp(after, 0, int.MaxValue)).Take(max)];
        return new RunEventPage
        {
            Events = page,
            Progress = [.. _progress.Select(static pair => new StepProgress { Step = pair.Key, Progress = pair.Value })],
            IsComplete = IsOver && after + page.Length >= _events.Count,
        };
    }

    private static StepRecord Checked(StepRecord before, StepRecord after)
    {
        RunTransitions.Move(before.Status, after.Status);
        return after;
    }

    [LoggerMessage(EventId = 6003, Level = LogLevel.Warning, Message = "The story of run {Run} could not be written: {Line}")]
    private static partial void NotTold(ILogger logger, RunId run, string line, Exception fault);

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Wake()
    {
        _news.TrySetResult();
        _news = New();
    }
}
