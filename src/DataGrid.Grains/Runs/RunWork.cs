using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;

namespace DataGrid.Grains.Runs;

/// <summary>What a run works on: the spec, the pins, and what has been staged. Where runs outlive their silos the pins are durable, and another silo makes the same work of them
/// and of the results in the journal.</summary>
internal sealed class RunWork
{
    private readonly WorkspaceServices _services;
    private readonly RunId _run;
    private readonly RunRequest _request;
    private PinnedRun _pins;
    private readonly Dictionary<DatasetName, StagedStep> _staged = [];
    private readonly Dictionary<DatasetName, StagedStep> _prepared = [];
    private readonly Dictionary<DatasetName, StageSpec> _stages = [];
    private readonly HashSet<DatasetName> _free;

    private RunWork(WorkspaceServices services, RunId run, RunRequest request, ImmutableArray<StepSpec> steps, PipelineSpec spec, PinnedRun pins)
    {
        (_services, _run, _request, Steps, Spec, _pins) = (services, run, request, steps, spec, pins);
        var names = steps.Select(static step => step.Name).ToHashSet();
        _free = [.. steps.Where(static step => step.Materialization == Materialization.View && step.Checks.IsEmpty).Select(static step => step.Name)];
        Dependencies = steps.ToImmutableDictionary(
            static step => step.Name,
            step => step.Reads.Concat(step.CheckReads).Where(name => name != step.Name && names.Contains(name)).Distinct().ToImmutableArray());
    }

    /// <summary>The compiled project.</summary>
    public PipelineSpec Spec { get; }

    /// <summary>The selected steps in graph order.</summary>
    public ImmutableArray<StepSpec> Steps { get; }

    /// <summary>For each selected step the selected ones that it reads.</summary>
    public ImmutableDictionary<DatasetName, ImmutableArray<DatasetName>> Dependencies { get; }

    /// <summary>Whether a step takes no time: a view that nothing checks.</summary>
    public bool IsFree(DatasetName name) => _free.Contains(name);

    /// <summary>Which pins these are; the plan that is made from them has the same number.</summary>
    public int Number => _pins.Number;

    /// <summary>Pins the inputs.</summary>
    /// <param name="spec">The project.</param>
    /// <param name="run">The run.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="generation">The first generation of the stages: above those of results that were made from other pins.</param>
    /// <param name="services">The workspace.</param>
    public static async Task<(RunWork? Work, Problem? Problem)> OpenAsync(PipelineSpec spec, RunId run, RunRequest request, int generation, WorkspaceServices services)
    {
        var steps = StepsOf(spec, request);
        var (pins, problem) = await RunPins.TakeAsync(spec, steps, generation, services, CancellationToken.None);
        if (pins is null) return (null, problem);
        if (services.Options.OutlivesSilos) pins = await services.Runs.PutPinsAsync(run, pins, CancellationToken.None);
        return (new RunWork(services, run, request, steps, spec, pins), null);
    }

    /// <summary>The work of a run that pinned its inputs before.</summary>
    public static RunWork Reopen(PipelineSpec spec, RunId run, RunRequest request, PinnedRun pins, WorkspaceServices services) =>
        new(services, run, request, StepsOf(spec, request), spec, pins);

    /// <summary>The staged steps in graph order.</summary>
    public IReadOnlyList<StagedStep> Staged => [.. Steps.Where(step => _staged.ContainsKey(step.Name)).Select(step => _staged[step.Name])];

    /// <summary>Makes a step ready: its stage, or what is staged already because there is nothing to run.</summary>
    public async Task<StepStart> PrepareAsync(DatasetName name)
    {
        var step = Steps.First(known => known.Name == name);
        if (_free.Contains(name)) return Keep(new StagedStep { Step = step });
        if (Objection(step, step.Columns) is { } breaking) return new StepStart(null, null, breaking);
        var head = _request.FullRefresh ? null : _pins.Heads.GetValueOrDefault(name);
        var inputs = EffectiveInputs();
        IncrementalCursor? cursor = null;
        if (step is { Materialization: Materialization.Append, Incremental: { } incremental })
        {
            var (decision, next) = await IncrementalAsync(incremental, head?.Cursor, inputs);
            if (decision is IncrementalDecision.Refuse refuse) return new StepStart(null, null, Refused(name, refuse));
            var read = (IncrementalDecision.Read)decision;
            if (read.Files.IsEmpty && head is not null) return Keep(new StagedStep { Step = step, After = head.Table, BaseVersion = head.Table.Version });
            inputs = Limit(inputs, incremental, read.Files);
            cursor = next;
        }
        var closure = TaskInputs.Closure(step.Reads.Concat(step.CheckReads).Where(read => read != name), inputs);
        if (closure.Missing is { } missing) return new StepStart(null, null, missing with { Position = new SourcePosition { File = step.File } });
        var isAdding = step.Materialization is Materialization.Append or Materialization.Merge;
        _prepared[name] = new StagedStep
        {
            Step = step,
            BaseVersion = _pins.Heads.GetValueOrDefault(name)?.Table.Version,
            QuarantineBase = _pins.Heads.GetValueOrDefault(name.Quarantine)?.Table,
            Cursor = cursor,
            BaseCursor = head?.CursorFile,
            Inputs = RunPins.Versions(closure.Inputs),
        };
        return new StepStart(StageOf(step, closure.Inputs, isAdding && head is not null ? TaskInputs.FromTable(head.Table) : null), null, null);
    }

    /// <summary>Why what a stage wrote cannot be taken over; null when it can.</summary>
    public Problem? Objection(StageEnd end) =>
        end.Winners[0].Result.Manifest is { } manifest ? Objection(_prepared[end.Step].Step, manifest.Columns) : null;

    /// <summary>Takes over what a stage brought.</summary>
    public StagedStep Accept(StageEnd end)
    {
        var report = end.Winners[0];
        var prepared = _prepared[end.Step];
        var manifest = report.Result.Manifest;
        var head = _request.FullRefresh ? null : _pins.Heads.GetValueOrDefault(end.Step)?.Table;
        var staged = prepared with
        {
            Manifest = prepared.Step.Materialization == Materialization.View ? null : manifest,
            Files = report.Files,
            Checks = report.Result.Checks,
            Attempts = [.. end.Winners.Select(static winner => winner.Result.Attempt)],
            After = prepared.Step.Materialization == Materialization.View
                ? null
                : TaskInputs.AfterStep(prepared.Step, head, manifest!, _services.Tables.FilesOf(end.Step, report.Files)),
        };
        _staged[end.Step] = staged;
        return staged;
    }

    /// <summary>Forgets what was staged for some steps and looks at their tables anew:
    /// somebody else wrote one of them. Inputs stay pinned as they were.</summary>
    public async Task ForgetAsync(ImmutableArray<DatasetName> steps)
    {
        foreach (var step in steps) _staged.Remove(step);
        var pins = await RunPins.AgainAsync(_pins, steps, _services, CancellationToken.None);
        _pins = _services.Options.OutlivesSilos ? await _services.Runs.PutPinsAsync(_run, pins, CancellationToken.None) : pins;
    }

    /// <summary>The generation of a step's stage that counts now.</summary>
    public int GenerationOf(DatasetName step) => _pins.Generations[step];

    /// <summary>The stage with which a step was started here; null when it was not.</summary>
    public StageSpec? StartedAs(DatasetName step) => _stages.GetValueOrDefault(step);

    private static ImmutableArray<StepSpec> StepsOf(PipelineSpec spec, RunRequest request)
    {
        var selected = request.Selected.ToHashSet();
        return [.. spec.Steps.Where(step => selected.Count == 0 || selected.Contains(step.Name))];
    }

    private Problem? Objection(StepSpec step, ImmutableArray<ColumnSpec> columns) => step.Materialization == Materialization.View
        ? null
        : SchemaGuard.Objection(step, _pins.Heads.GetValueOrDefault(step.Name)?.Table, columns, _request.FullRefresh);

    private StepStart Keep(StagedStep staged)
    {
        _staged[staged.Step.Name] = staged;
        return new StepStart(null, staged, null);
    }

    private StageSpec StageOf(StepSpec step, ImmutableArray<TaskInput> inputs, TaskInput? @base)
    {
        var bytes = inputs.Sum(static input => input.Files.Sum(static file => file.Bytes)) + (@base?.Files.Sum(static file => file.Bytes) ?? 0);
        return _stages[step.Name] = new StageSpec
        {
            Generation = GenerationOf(step.Name),
            NeedsWholeWorker = bytes > _services.Options.WholeWorkerBytes,
            Tasks =
            [
                new TaskSpec
                {
                    Task = new TaskId(_run, step.Name, 0),
                    Attempt = default,
                    Step = step,
                    Inputs = inputs,
                    Base = @base,
                    Parameters = Spec.Parameters,
                    ParameterValues = _request.ParameterValues,
                    // The worker that leases the task knows its own folders and limits.
                    StagingDirectory = "",
                    Limits = new TaskLimits { MemoryBytes = 0, Threads = 0, TemporaryBytes = 0 },
                },
            ],
        };
    }

    /// <summary>The pins, with the tables that this run has staged so far in the place of what readers see.</summary>
    private PinnedInputs EffectiveInputs()
    {
        var tables = _pins.Inputs.Tables.ToBuilder();
        foreach (var staged in _staged.Values)
            if (staged.After is { } after) tables[staged.Step.Name] = after;
        return _pins.Inputs with { Tables = tables.ToImmutable() };
    }

    private async Task<(IncrementalDecision Decision, IncrementalCursor Next)> IncrementalAsync(DatasetName input, IncrementalCursor? cursor, PinnedInputs inputs)
    {
        if (inputs.Sources.TryGetValue(input, out var source))
            return (IncrementalInput.NewFiles(cursor, source.Files), IncrementalInput.AfterFiles(input, source.Files));
        var upstream = _staged.GetValueOrDefault(input);
        var upstreamBase = upstream is null ? inputs.Tables[input].Version : upstream.BaseVersion;
        var next = IncrementalInput.AfterRows(input, upstreamBase, upstream?.Manifest is null ? null : PublishPlanner.TransactionOf(_run, input));
        if (cursor is null) return (new IncrementalDecision.Read(inputs.Tables[input].Files), next);
        var changes = upstreamBase is { } to ? await _services.Tables.ChangesAsync(input, cursor.Version ?? -1, to, CancellationToken.None) : [];
        var decision = IncrementalInput.NewRows(cursor, changes);
        if (decision is not IncrementalDecision.Read read || upstream?.Manifest is null) return (decision, next);
        return upstream.Step.Materialization == Materialization.Append && !_request.FullRefresh
            ? (new IncrementalDecision.Read([.. read.Files, .. _services.Tables.FilesOf(input, upstream.Files)]), next)
            : (new IncrementalDecision.Refuse($"{input} is rebuilt by this run: rows that were read before change", "run with --full-refresh to read everything again", false), next);
    }

    private static PinnedInputs Limit(PinnedInputs inputs, DatasetName name, ImmutableArray<TaskFile> files) =>
        inputs.Sources.TryGetValue(name, out var source)
            ? inputs with { Sources = inputs.Sources.SetItem(name, source with { Files = files }) }
            : inputs with { Tables = inputs.Tables.SetItem(name, inputs.Tables[name] with { Files = files }) };

    private static Problem Refused(DatasetName step, IncrementalDecision.Refuse refuse) => new()
    {
        Code = refuse.IsChangedFile ? ErrorCodes.SourceChanged : ErrorCodes.FullRefreshNeeded,
        Message = refuse.Why,
        Help = refuse.Help,
        Dataset = step.ToString(),
    };
}

/// <summary>How a step starts: with a stage, staged at once, or not at all.</summary>
/// <param name="Stage">The stage to run.</param>
/// <param name="Staged">What is staged already.</param>
/// <param name="Problem">Why it cannot start.</param>
internal sealed record StepStart(StageSpec? Stage, StagedStep? Staged, Problem? Problem);
