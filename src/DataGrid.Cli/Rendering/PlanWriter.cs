using DataGrid.Contracts.Pipelines;

namespace DataGrid.Cli.Rendering;

/// <summary>Shows what a run would do.</summary>
internal sealed class PlanWriter(Terminal terminal)
{
    private readonly Paint _paint = new(terminal.HasColor);

    public void Write(PlanReport plan)
    {
        terminal.Out.WriteLine($"{_paint.Bold(plan.Pipeline.ToString())} would make {Humane.Count(plan.Steps.Length, "dataset")}");
        terminal.Out.WriteLine();
        var table = new TextTable(">#", "DATASET", "HOW", "READS", ">CHECKS", ">NOW AT", ">READS FILES OF");
        for (var i = 0; i < plan.Steps.Length; i++)
        {
            var step = plan.Steps[i];
            table.Add(Humane.Count(i + 1), step.Name.ToString(), How(step), string.Join(", ", step.Reads), Humane.Count(step.Checks),
                step.CurrentVersion is { } version ? "v" + version : step.Materialization == Materialization.View ? "" : "new", step.SourceBytes is { } bytes ? Humane.Bytes(bytes) : "");
        }
        table.Write(terminal.Out, terminal.HasColor);
        foreach (var step in plan.Steps.Where(static step => step.SchemaChanges.Length + step.Notes.Length > 0))
        {
            terminal.Out.WriteLine();
            terminal.Out.WriteLine(_paint.Bold(step.Name.ToString()));
            foreach (var change in step.SchemaChanges) terminal.Out.WriteLine("  " + _paint.Yellow(SafeText.Of(change)));
            foreach (var note in step.Notes) terminal.Out.WriteLine("  " + _paint.Dim(SafeText.Of(note)));
        }
        if (plan.Warnings.IsEmpty) return;
        terminal.Out.WriteLine();
        new ProblemWriter(terminal.Error, terminal.ErrorHasColor).Write(plan.Warnings);
    }

    private static string How(PlanStep step)
    {
        var words = step.Materialization switch
        {
            Materialization.Merge => $"merge by {string.Join(", ", step.Keys)}",
            Materialization.Append => "append",
            Materialization.View => "view",
            _ => "table",
        };
        return step.PartitionBy.IsEmpty ? words : $"{words}, a folder per {string.Join(", ", step.PartitionBy)}";
    }
}
