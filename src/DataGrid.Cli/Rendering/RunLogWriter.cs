using DataGrid.Cli.Hosting;

namespace DataGrid.Cli.Rendering;

/// <summary>Shows a run of the past: its events with their times, then how it ended.</summary>
internal static class RunLogWriter
{
    public static void Write(Terminal terminal, string root, RunLog log)
    {
        var paint = new Paint(terminal.HasColor);
        terminal.Out.WriteLine($"{paint.Bold(log.Summary.Run.ToString())}  {log.Summary.Pipeline}  {log.Summary.State}");
        foreach (var happened in log.Events)
        {
            if (PlainRunProgress.Line(happened) is { } line)
                terminal.Out.WriteLine($"{paint.Dim(Humane.Moment(happened.At))}  {line}");
        }
        terminal.Out.WriteLine();
        if (log.Report is { } report) new RunSummaryWriter(terminal, root).Write(report, []);
        else if (log.Summary.Problem is { } problem) terminal.Out.WriteLine(SafeText.Of(problem));
    }
}
