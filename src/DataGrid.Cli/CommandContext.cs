using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using DataGrid.Cli.Rendering;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;

namespace DataGrid.Cli;

/// <summary>What a command gets: its parsed arguments, where to write, and the time.</summary>
internal sealed class CommandContext(ParseResult parsed, Terminal terminal, TimeProvider time)
{
    /// <summary>Where to write.</summary>
    public Terminal Terminal { get; } = terminal;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>Whether output is for scripts.</summary>
    public bool IsJson { get; } = parsed.GetValue(GlobalOptions.Json);

    /// <summary>Whether to show stack traces.</summary>
    public bool IsVerbose { get; } = parsed.GetValue(GlobalOptions.Verbose);

    /// <summary>The value of <c>--root</c>, if given.</summary>
    public string? RootOption { get; } = parsed.GetValue(GlobalOptions.Root);

    /// <summary>The value of an argument or option.</summary>
    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    /// <summary>The value of an argument.</summary>
    public T Get<T>(Argument<T> argument) where T : notnull => parsed.GetRequiredValue(argument);

    /// <summary>The value of an argument that may be left out.</summary>
    public string? GetOptional(Argument<string?> argument) => parsed.GetValue(argument);

    /// <summary>Whether an option was given on the command line.</summary>
    public bool Has(Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>Reads a dataset's name from the command line.</summary>
    /// <exception cref="DataGridException">It is not one.</exception>
    public static DatasetName ParseDataset(string text) => DatasetName.TryParse(text, out var name, out var why)
        ? name
        : throw new DataGridException(new Problem { Code = ErrorCodes.NameInvalid, Message = why, Help = "see the names with: datagrid datasets" });

    /// <summary>As <see cref="ParseDataset"/>, where a name may be left out.</summary>
    public static DatasetName? ParseOptionalDataset(string? text) => text is null ? null : ParseDataset(text);

    /// <summary>Writes one JSON document.</summary>
    public void WriteJson<T>(T document) => Terminal.Out.WriteLine(DataGridJson.ToIndentedText(document));

    /// <summary>Writes one JSON document on a line of its own, at once.</summary>
    public void WriteJsonLine<T>(T document)
    {
        Terminal.Out.WriteLine(JsonSerializer.Serialize(document, DataGridJson.Options));
        Terminal.Out.Flush();
    }

    /// <summary>Shows a problem and returns its exit code.</summary>
    public int Fail(Problem problem) => Fail([problem]);

    /// <summary>Shows problems and returns the exit code of the first error among them.</summary>
    public int Fail(ImmutableArray<Problem> problems)
    {
        if (IsJson) WriteJson(new ProblemsDocument(problems));
        else new ProblemWriter(Terminal.Error, Terminal.ErrorHasColor).Write(problems);
        return ExitCodeOf(problems);
    }

    /// <summary>The exit code of the first error; 0 when there are only warnings.</summary>
    public static int ExitCodeOf(ImmutableArray<Problem> problems) => problems.FirstOrDefault(static problem => !problem.IsWarning)?.Kind.ExitCode ?? 0;

    /// <summary>With <c>--verbose</c>, shows where a fault came from.</summary>
    public void ShowTrace(Exception? fault)
    {
        if (IsVerbose && fault is not null) Terminal.Error.WriteLine(fault);
    }
}

/// <summary>The JSON document of a failure.</summary>
internal sealed record ProblemsDocument(ImmutableArray<Problem> Problems);
