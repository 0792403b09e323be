using DataGrid.Cli.Hosting;
using DataGrid.Contracts.Pipelines;

namespace DataGrid.Cli.Rendering;

/// <summary>Shows a run while it goes.</summary>
internal abstract class RunProgress : IAsyncDisposable
{
    /// <summary>Lines of JSON for scripts, a table that is drawn again for a terminal, plain lines otherwise.</summary>
    public static RunProgress Create(CommandContext context, PipelineSpec spec) => context switch
    {
        { IsJson: true } => new JsonRunProgress(context),
        { Terminal.ErrorIsInteractive: true } => new LiveRunProgress(context.Terminal, spec),
        _ => new PlainRunProgress(context.Terminal),
    };

    /// <summary>Shows one event.</summary>
    public abstract void Show(RunEvent happened);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>What became of a step's rows, in a few words.</summary>
    protected static string RowsOf(StepReport report)
    {
        if (report.Materialization == Materialization.View) return "view";
        var parts = new List<string> { Humane.Count(report.RowsWritten, "row") };
        if (report.RowsQuarantined > 0) parts.Add($"{Humane.Count(report.RowsQuarantined)} quarantined");
        if (report.RowsDropped > 0) parts.Add($"{Humane.Count(report.RowsDropped)} dropped");
        return string.Join(", ", parts);
    }
}

/// <summary>One JSON document a line.</summary>
internal sealed class JsonRunProgress(CommandContext context) : RunProgress
{
    public override void Show(RunEvent happened) => context.WriteJsonLine(happened);
}

/// <summary>One line for each thing that is worth a line in a log.</summary>
internal sealed class PlainRunProgress(Terminal terminal) : RunProgress
{
    public override void Show(RunEvent happened)
    {
        if (Line(happened) is not { } line) return;
        terminal.Error.WriteLine(line);
        terminal.Error.Flush();
    }

    internal static string? Line(RunEvent happened) => happened.Kind switch
    {
        RunEventKind.RunStarted => $"run {happened.Run}: {Humane.Count(happened.Steps?.Length ?? 0, "step")}",
        RunEventKind.StepRetried => $"  {happened.Step}: {SafeText.Of(happened.Problem?.Message ?? "failed")}; trying again",
        RunEventKind.StepFinished when happened.Report is { } report => $"  {happened.Step}: {RowsOf(report)}, {Humane.Duration(report.Elapsed)}",
        RunEventKind.StepFailed => $"  {happened.Step}: failed: {SafeText.Of(happened.Problem?.Message ?? "")}",
        RunEventKind.Publishing => "publishing",
        RunEventKind.Published when happened.Version is { } version => $"  {happened.Step}: version {version}",
        _ => null,
    };
}
