using System.Globalization;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
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
    private readonly TimeProvider _time;
    private readonly string _hint;
    private int _frame;

    public LiveRunProgress(Terminal terminal, TimeProvider time, IReadOnlyCollection<ProgressStep> selected, string hint)
    {
        ArgumentNullException.ThrowIfNull(selected);
        (_time, _hint) = (time, hint);
        foreach (var step in selected)
        {
            var line = new StepLine(step.Name, step.IsView);
            _lines.Add(line);
            _byName[step.Name] = line;
        }
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Error), ColorSystem = ColorSystemSupport.Standard });
        _drawing = DrawAsync();
    }

    /// <inheritdoc/>
    public override void Show(RunEvent happened)
    {
        lock (_gate)
        {
            if (happened.Step is not { } name || !_byName.TryGetValue(name, out var line)) return;
            switch (happened.Kind)
            {
                case RunEventKind.StepStarted:
                    line.Begin(happened.At);
                    break;
                case RunEventKind.StepRetried or RunEventKind.StepRestaged:
                    line.Again(happened.Message);
                    break;
                case RunEventKind.StepStaged or RunEventKind.StepFailed or RunEventKind.StepPublished:
                    line.End(happened.Record);
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public override void Show(StepProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        lock (_gate)
        {
            if (_byName.TryGetValue(progress.Step, out var line)) line.Progress = progress.Progress;
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
            return new Rows(grid, new Text($"{_lines.Count(static line => line.State == StepState.Done)} of {_lines.Count} steps done; {_hint}"));
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
        var detail = Markup.Escape(SafeText.Of(line.Detail));
        if (line.State != StepState.Running || line.Progress is not { } progress) return detail;
        var rows = progress.Rows is { } count ? Humane.Count(count, "row") : Markup.Escape(SafeText.Of(progress.Phase));
        if (progress.Percent is not { } percent) return rows;
        var full = (int)Math.Clamp(Math.Round(percent / 100 * BarWidth), 0, BarWidth);
        return string.Create(CultureInfo.InvariantCulture, $"[cyan]{new string('━', full)}[/][grey]{new string('━', BarWidth - full)}[/] {percent,3:0} % {rows}");
    }

    private string Time(StepLine line) => line.State switch
    {
        StepState.Running when line.StartedAt is { } at => Humane.Duration(_time.GetUtcNow() - at),
        StepState.Done or StepState.Failed when line.Elapsed > TimeSpan.Zero => Humane.Duration(line.Elapsed),
        _ => "",
    };

    private enum StepState
    {
        Waiting,
        Running,
        Done,
        Failed,
    }

    private sealed class StepLine(DatasetName name, bool isView)
    {
        public DatasetName Name { get; } = name;

        public StepState State { get; private set; }

        public DateTimeOffset? StartedAt { get; private set; }

        public TimeSpan Elapsed { get; private set; }

        public TaskProgress? Progress { get; set; }

        public string Detail { get; private set; } = "";

        public void Begin(DateTimeOffset at)
        {
            State = StepState.Running;
            StartedAt = at;
        }

        public void Again(string why)
        {
            State = StepState.Waiting;
            Progress = null;
            Detail = why;
        }

        public void End(StepRecord? step)
        {
            if (step is null) return;
            State = step.Status == StepStatus.Failed ? StepState.Failed : StepState.Done;
            Elapsed = step.Elapsed;
            Detail = step.Problem?.Message ?? RowsOf(step, isView) + (step.Version is { } version ? $", version {version}" : "");
        }
    }
}
