using DataGrid.Cli.Hosting;

namespace DataGrid.Cli.Rendering;

/// <summary>Shows a run of the past: its events with their times, then how it ended.</summary>
internal static class RunLogWriter
{
    public static void Write(Terminal terminal, RunPlace place, RunLog log)
    {
        var paint = new Paint(terminal.HasColor);
        var record = log.Record;
        terminal.Out.WriteLine($"{paint.Bold(record.Run.ToString())}  {record.Pipeline}  {RunWords.Of(record.Status)}");
        foreach (var happened in log.Events)
        {
            terminal.Out.WriteLine($"{paint.Dim(Humane.Moment(happened.At))}  {SafeText.Of(happened.Message)}");
        }
        terminal.Out.WriteLine();
        new RunSummaryWriter(terminal, place).Write(record, []);
    }
}
