using System.Globalization;
using DataGrid.Cli.Hosting;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using Spectre.Console;

namespace DataGrid.Cli.Rendering;

/// <summary>A table of the steps that is drawn again while they run.</summary>
internal sealed class LiveRunProgress : RunProgress
{
    private const int BarWidth = 16;
    private static readonly string[] Frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

    private readonly Lock _gate = new();
    private readonly List<StepLine> _lines = [];
    private readonly Dictionary<DatasetName, StepLine> _byName = [];
    private readonly IAnsiConsole _console;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _drawing;
    private readonly TimeProvider _time = TimeProvider.System;
    private int _frame;

    public LiveRunProgress(Terminal terminal, PipelineSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        foreach (var step in spec.Steps) _byName[step.Name] = new StepLine(step.Name);
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Error), ColorSystem = ColorSystemSupport.Standard });
        _drawing = DrawAsync();
    }

    /// <inheritdoc/>
    public override void Show(RunEvent happened)
    {
        lock (_gate)
        {
            if (happened.Kind == RunEventKind.RunStarted)
            {
                _lines.Clear();
                foreach (var step in happened.Steps ?? []) _lines.Add(LineOf(step));
            }
            if (happened.Step is not { } name) return;
            var line = LineOf(name);
            switch (happened.Kind)
            {
                case RunEventKind.StepStarted:
                    line.Begin(happened.At);
                    break;
                case RunEventKind.StepProgress:
                    line.Percent = happened.Percent;
                    line.Detail = happened.Rows is { } rows ? Humane.Count(rows, "row") : happened.Phase ?? line.Detail;
                    break;
                case RunEventKind.StepRetried:
                    line.Detail = "trying again";
                    line.Percent = null;
                    break;
                case RunEventKind.StepFinished or RunEventKind.StepFailed:
                    line.End(happened.Kind == RunEventKind.StepFinished, happened.Report);
                    break;
                case RunEventKind.Published:
                    line.Version = happened.Version;
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        // The summary must not be written into the table.
        await _drawing.ConfigureAwait(false);
        _ended.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private StepLine LineOf(DatasetName name)
    {
        if (!_byName.TryGetValue(name, out var line)) _byName[name] = line = new StepLine(name);
        return line;
    }

    private async Task DrawAsync()
    {
        await Task.Yield();
        await _console.Live(Text.Empty).AutoClear(true).StartAsync(async live =>
        {
            while (!_ended.IsCancellationRequested)
            {
                live.UpdateTarget(Draw());
                live.Refresh();
                await Task.Delay(TimeSpan.FromMilliseconds(120), _time, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }).ConfigureAwait(false);
    }

    private Rows Draw()
    {
        lock (_gate)
        {
            _frame++;
            var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap().RightAligned());
            // On a small screen the steps that are done make room for those that run and wait.
            var room = Math.Max(4, _console.Profile.Height - 3);
            var shown = _lines.Count <= room ? _lines : [.. _lines.Where(static line => line.State == StepState.Running), .. _lines.Where(static line => line.State == StepState.Waiting)];
            foreach (var line in shown.Take(room))
                grid.AddRow(new Markup(Sign(line)), new Text(line.Name.ToString()), new Markup(Middle(line)), new Text(Time(line)));
            return new Rows(grid, new Text($"{_lines.Count(static line => line.State == StepState.Done)} of {_lines.Count} steps done; Ctrl-C stops cleanly"));
        }
    }

    private string Sign(StepLine line) => line.State switch
    {
        StepState.Running => $"[cyan]{Frames[_frame % Frames.Length]}[/]",
        StepState.Done => "[green]✓[/]",
        StepState.Failed => "[red]✗[/]",
        _ => "[grey]·[/]",
    };

    private static string Middle(StepLine line)
    {
        var detail = Markup.Escape(SafeText.Of(line.Version is { } version ? $"{line.Detail}, version {version}" : line.Detail));
        if (line.State != StepState.Running || line.Percent is not { } percent) return detail;
        var full = (int)Math.Clamp(Math.Round(percent / 100 * BarWidth), 0, BarWidth);
        return string.Create(CultureInfo.InvariantCulture, $"[cyan]{new string('━', full)}[/][grey]{new string('━', BarWidth - full)}[/] {percent,3:0} % {detail}");
    }

    private string Time(StepLine line) => line.State switch
    {
        StepState.Running when line.StartedAt is { } at => Humane.Duration(_time.GetUtcNow() - at),
        StepState.Done or StepState.Failed when line.Elapsed is { } elapsed => Humane.Duration(elapsed),
        _ => "",
    };

    private enum StepState
    {
        Waiting,
        Running,
        Done,
        Failed,
    }

    private sealed class StepLine(DatasetName name)
    {
        public DatasetName Name { get; } = name;

        public StepState State { get; private set; }

        public DateTimeOffset? StartedAt { get; private set; }

        public TimeSpan? Elapsed { get; private set; }

        public double? Percent { get; set; }

        public string Detail { get; set; } = "";

        public long? Version { get; set; }

        public void Begin(DateTimeOffset at)
        {
            State = StepState.Running;
            StartedAt = at;
        }

        public void End(bool isGood, StepReport? report)
        {
            State = isGood ? StepState.Done : StepState.Failed;
            Elapsed = report?.Elapsed;
            Detail = report is null ? "" : RowsOf(report);
            Percent = null;
        }
    }
}
