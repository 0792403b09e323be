using DataGrid.Contracts.Runs;
using DataGrid.Gateway.Pipelines;
using DataGrid.Gateway.Runs;
using Google.Protobuf.WellKnownTypes;

namespace DataGrid.Gateway.Grpc;

/// <summary>Pipelines and runs as messages.</summary>
internal static class RunMessages
{
    public static V1.Pipeline Of(PipelineSummary pipeline) => new()
    {
        Pipeline_ = pipeline.Pipeline.Value,
        Description = pipeline.Description ?? "",
        Owner = pipeline.Owner ?? "",
        Version = pipeline.Version ?? "",
        IsPaused = pipeline.IsPaused,
        ActiveRun = pipeline.ActiveRun?.Value ?? "",
        Steps = pipeline.Steps,
    };

    public static V1.Run Of(RunRecord record) => Of(RunView.Of(record, withSteps: true));

    public static V1.Run Of(RunView run) => new()
    {
        Run_ = run.Run.Value,
        Pipeline = run.Pipeline.Value,
        Version = run.Version,
        Status = Of(run.Status),
        StartedAt = ProblemMessages.Of(run.StartedAt),
        EndedAt = ProblemMessages.Of(run.EndedAt),
        WaitsFor = run.WaitsFor?.Value ?? "",
        Selected = { run.Selected.Select(static name => name.ToString()) },
        FullRefresh = run.FullRefresh,
        Parameters = { run.Parameters },
        Steps = { (run.Steps ?? []).Select(Of) },
        Rows = run.Rows,
        RowsQuarantined = run.RowsQuarantined,
        Problem = ProblemMessages.OfOptional(run.Problem),
    };

    public static V1.Step Of(StepRecord step)
    {
        var message = new V1.Step
        {
            Name = step.Name.ToString(),
            Status = (V1.StepStatus)((int)step.Status + 1),
            Attempts = step.Attempts,
            Rows = step.Rows,
            RowsQuarantined = step.RowsQuarantined,
            RowsDropped = step.RowsDropped,
            InputBytes = step.InputBytes,
            OutputBytes = step.OutputBytes,
            Elapsed = Duration.FromTimeSpan(step.Elapsed),
            Checks = { step.Checks.Select(ProblemMessages.Of) },
            Inputs = { step.Inputs.Select(ProblemMessages.Of) },
            Problem = ProblemMessages.OfOptional(step.Problem),
            Note = step.Note ?? "",
        };
        if (step.Version is { } version) message.Version = version;
        return message;
    }

    public static V1.RunEvent Of(RunEvent told) => new()
    {
        Sequence = told.Sequence,
        At = ProblemMessages.Of(told.At),
        Kind = ProblemMessages.Word(told.Kind),
        Step = told.Step?.ToString() ?? "",
        Message = told.Message,
        Record = told.Record is { } record ? Of(record) : null,
        Problem = ProblemMessages.OfOptional(told.Problem),
        Status = Of(told.Status),
    };

    public static V1.StepProgress Of(StepProgress step)
    {
        var message = new V1.StepProgress { Step = step.Step.ToString(), Phase = step.Progress.Phase };
        if (step.Progress.Percent is { } percent) message.Percent = percent;
        if (step.Progress.Rows is { } rows) message.Rows = rows;
        return message;
    }

    private static V1.RunStatus Of(RunStatus status) => (V1.RunStatus)((int)status + 1);
}
