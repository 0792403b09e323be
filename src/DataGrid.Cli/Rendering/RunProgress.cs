using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;

namespace DataGrid.Cli.Rendering;

/// <summary>Shows a run while it goes.</summary>
internal abstract class RunProgress : IAsyncDisposable
{
    /// <summary>Lines of JSON for scripts, a table that is drawn again for a terminal, plain lines otherwise.</summary>
    /// <param name="context">The command.</param>
    /// <param name="steps">The steps of the run.</param>
    /// <param name="hint">What Ctrl-C does.</param>
    public static RunProgress Create(CommandContext context, IReadOnlyCollection<ProgressStep> steps, string hint) => context switch
    {
        { IsJson: true } => new JsonRunProgress(context),
        { Terminal.ErrorIsInteractive: true } => new LiveRunProgress(context.Terminal, context.Time, steps, hint),
        _ => new PlainRunProgress(context.Terminal, steps),
    };

    /// <summary>Shows one event.</summary>
    public abstract void Show(RunEvent happened);

    /// <summary>Shows how far a step is.</summary>
    public virtual void Show(StepProgress progress)
    {
    }

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>What became of a step's rows, in a few words.</summary>
    internal static string RowsOf(StepRecord step, bool isView)
    {
        if (isView) return "view";
        if (step.Note is { } note) return SafeText.Of(note);
        var parts = new List<string> { Humane.Count(step.Rows, "row") };
        if (step.RowsQuarantined > 0) parts.Add($"{Humane.Count(step.RowsQuarantined)} quarantined");
        if (step.RowsDropped > 0) parts.Add($"{Humane.Count(step.RowsDropped)} dropped");
        return string.Join(", ", parts);
    }
}

/// <summary>A step that is shown.</summary>
/// <param name="Name">The dataset that it makes.</param>
/// <param name="IsView">Whether it has no rows of its own.</param>
internal sealed record ProgressStep(DatasetName Name, bool IsView)
{
    /// <summary>Of a compiled step.</summary>
    public static ProgressStep Of(StepSpec step) => new(step.Name, step.Materialization == Materialization.View);
}

/// <summary>One JSON document a line: every event, and at the end the run.</summary>
internal sealed class JsonRunProgress(CommandContext context) : RunProgress
{
    public override void Show(RunEvent happened) => context.WriteJsonLine(happened);
}

/// <summary>One line for each thing that is worth a line in a log.</summary>
internal sealed class PlainRunProgress(Terminal terminal, IReadOnlyCollection<ProgressStep> steps) : RunProgress
{
    private readonly HashSet<string> _views =
        [.. steps.Where(static step => step.IsView).Select(static step => step.Name.ToString())];

    public override void Show(RunEvent happened)
    {
        if (Line(happened) is not { } line) return;
        terminal.Error.WriteLine(line);
        terminal.Error.Flush();
    }

    private string? Line(RunEvent happened) => happened.Kind switch
    {
        RunEventKind.StepStaged when happened.Record is { } step =>
            $"  {step.Name}: {RowsOf(step, _views.Contains(step.Name.ToString()))}{(step.Elapsed > TimeSpan.Zero ? ", " + Humane.Duration(step.Elapsed) : "")}",
        RunEventKind.StepRetried or RunEventKind.StepFailed or RunEventKind.StepRestaged => "  " + SafeText.Of(happened.Message),
        RunEventKind.StepPublished when happened.Record?.Version is { } version => $"  {happened.Step}: version {version}",
        RunEventKind.RunStarted or RunEventKind.RunQueued or RunEventKind.RunResumed or RunEventKind.PublishStarted or RunEventKind.CancelRequested => SafeText.Of(happened.Message),
        _ => null,
    };
}
