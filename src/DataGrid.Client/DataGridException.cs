namespace DataGrid.Client;

/// <summary>A failure: the server's answer, or that there was none. Decide by <see cref="Code"/>, which never changes its meaning; the rest is for people.</summary>
public sealed class DataGridException : Exception
{
    /// <summary>The code when no server could be reached, or the connection ended before there was an answer.</summary>
    public const string ConnectionFailed = "connection_failed";

    /// <summary>The code when an answer was cut off: what came of it is not all.</summary>
    public const string AnswerCutOff = "answer_cut_off";

    /// <summary>The code when an answer makes no sense: what is asked is no DataGrid server, or one of another version.</summary>
    public const string AnswerInvalid = "answer_invalid";

    /// <summary>A failure.</summary>
    /// <param name="problem">What went wrong; of several the first.</param>
    /// <param name="problems">All that was found; empty for <paramref name="problem"/> alone.</param>
    /// <param name="status">The HTTP status; null when there was no answer.</param>
    /// <param name="inner">What caused it.</param>
    public DataGridException(Problem problem, IReadOnlyList<Problem>? problems = null, int? status = null, Exception? inner = null) : base(problem?.Message, inner)
    {
        ArgumentNullException.ThrowIfNull(problem);
        Problem = problem;
        Problems = problems is { Count: > 0 } ? problems : [problem];
        Status = status;
    }

    /// <summary>What went wrong; of several the first error.</summary>
    public Problem Problem { get; }

    /// <summary>Everything that was found.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    /// <summary>The HTTP status; null when there was no answer.</summary>
    public int? Status { get; }

    /// <summary>The server's name of the request, for its log.</summary>
    public string? RequestId { get; init; }

    /// <summary>The stable code: the server's (docs/ERRORS.md), or one of the constants of this class.</summary>
    public string Code => Problem.Code;

    /// <summary>What to do.</summary>
    public string? Help => Problem.Help;

    /// <summary>The file of the project in which it is.</summary>
    public string? File => Problem.Position?.File;

    /// <summary>The line in it, from 1.</summary>
    public int? Line => Problem.Position?.Line;

    /// <summary>The column in the line, from 1.</summary>
    public int? Column => Problem.Position?.Column;
}

/// <summary>A failure or a warning.</summary>
public sealed record Problem
{
    /// <summary>The stable code.</summary>
    public required string Code { get; init; }

    /// <summary>What happened, in one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>Where in the project.</summary>
    public SourcePosition? Position { get; init; }

    /// <summary>The text at that place.</summary>
    public string? Excerpt { get; init; }

    /// <summary>What to do.</summary>
    public string? Help { get; init; }

    /// <summary>The dataset that it concerns.</summary>
    public string? Dataset { get; init; }

    /// <summary>Whether the work went on all the same.</summary>
    public bool IsWarning { get; init; }
}

/// <summary>A place in a file of a project.</summary>
public sealed record SourcePosition
{
    /// <summary>The file, relative to the project's folder.</summary>
    public required string File { get; init; }

    /// <summary>The line, from 1; null where only the file is known.</summary>
    public int? Line { get; init; }

    /// <summary>The column, from 1; null where only the line is known.</summary>
    public int? Column { get; init; }
}
