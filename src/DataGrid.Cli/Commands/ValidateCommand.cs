using System.Collections.Immutable;
using System.CommandLine;
using DataGrid.Cli.Rendering;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid validate DIR</c>: finds every mistake of a project without running it.</summary>
internal sealed class ValidateCommand : ICommandDefinition
{
    private readonly Argument<string> _directory = ProjectArgument.Create();
    private readonly Option<bool> _strict = new("--strict") { Description = "Treat warnings as errors" };

    public IReadOnlyList<string> Examples => ["datagrid validate examples/flights", "datagrid validate --strict --json"];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("validate", "Find every mistake in a project, all at once, without running it") { _directory, _strict };
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var directory = context.Get(_directory);
        var outcome = await ProjectArgument.CompileQuietlyAsync(context, directory, stop).ConfigureAwait(false);
        var problems = outcome.Problems;
        var code = CommandContext.ExitCodeOf(problems);
        if (code == 0 && context.Get(_strict) && problems.Length > 0) code = problems[0].Kind.ExitCode;
        if (context.IsJson)
        {
            context.WriteJson(new ValidateDocument
            {
                IsValid = code == 0,
                Pipeline = outcome.Spec?.Id,
                Steps = outcome.Spec?.Steps.Select(static step => step.Name).ToImmutableArray(),
                Fingerprint = outcome.Spec?.Fingerprint,
                Problems = problems,
            });
            return code;
        }
        if (problems.Length > 0) new ProblemWriter(context.Terminal.Error, context.Terminal.ErrorHasColor).Write(problems);
        if (code == 0 && outcome.Spec is { } spec)
        {
            var checks = spec.Steps.Sum(static step => step.Checks.Length);
            await context.Terminal.Out.WriteLineAsync(
                $"{spec.Id} is valid: {Humane.Count(spec.Steps.Length, "dataset")}, {Humane.Count(spec.Sources.Length, "source")}, {Humane.Count(checks, "check")}")
                .ConfigureAwait(false);
        }
        return code;
    }

    private sealed record ValidateDocument
    {
        public required bool IsValid { get; init; }

        public PipelineId? Pipeline { get; init; }

        public ImmutableArray<DatasetName>? Steps { get; init; }

        public string? Fingerprint { get; init; }

        public required ImmutableArray<Problem> Problems { get; init; }
    }
}
