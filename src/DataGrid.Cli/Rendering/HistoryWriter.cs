using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;

namespace DataGrid.Cli.Rendering;

/// <summary>Shows versions of a table, and runs.</summary>
internal static class HistoryWriter
{
    public static void Write(Terminal terminal, IReadOnlyList<DatasetVersion> versions)
    {
        var table = new TextTable(">VERSION", "AT", "OPERATION", "RUN", ">ROWS ADDED", ">FILES", ">SIZE ADDED", "MADE FROM");
        foreach (var version in versions)
        {
            table.Add(Humane.Count(version.Version), version.At is { } at ? Humane.Moment(at) : "", version.Operation ?? "", version.Run?.ToString() ?? "",
                version.RowsAdded is { } added ? Humane.Count(added) : "",
                $"+{version.FilesAdded} -{version.FilesRemoved}", Humane.Bytes(version.BytesAdded),
                string.Join(", ", version.Inputs.Select(static input => input.Version is { } read ? $"{input.Dataset}@{read}" : input.Dataset.ToString())));
        }
        table.Write(terminal.Out, terminal.HasColor);
    }

    public static void Write(Terminal terminal, IReadOnlyList<(RunRecord Run, int Steps)> runs)
    {
        if (runs.Count == 0)
        {
            terminal.Out.WriteLine("no runs yet");
            return;
        }
        var table = new TextTable("RUN", "PIPELINE", "STATE", "STARTED", ">TIME", ">STEPS", "PROBLEM");
        foreach (var (run, steps) in runs)
        {
            table.Add(run.Run.ToString(), run.Pipeline.ToString(), RunWords.Of(run.Status), Humane.Moment(run.StartedAt),
                run.EndedAt is { } ended ? Humane.Duration(ended - run.StartedAt) : "", Humane.Count(steps), run.Problem?.Message ?? (run.WaitsFor is { } ahead ? $"waits for {ahead}" : ""));
        }
        table.Write(terminal.Out, terminal.HasColor);
    }
}

/// <summary>Runs in words.</summary>
internal static class RunWords
{
    public static string Of(RunStatus status) => status switch
    {
        RunStatus.Queued => "queued",
        RunStatus.Running => "running",
        RunStatus.Publishing => "publishing",
        RunStatus.Succeeded => "succeeded",
        RunStatus.Failed => "failed",
        RunStatus.Cancelled => "cancelled",
        RunStatus.PartiallyPublished => "partially published",
        RunStatus.Abandoned => "abandoned",
        _ => status.ToString(),
    };
}
