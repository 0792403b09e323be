using System.Text.Json;
using DataGrid.Contracts.Json;
using Orleans;

namespace DataGrid.Contracts.Errors;

/// <summary>Who can mend a failure.</summary>
public enum ErrorDomain
{
    /// <summary>The project, the SQL, the data or the command is wrong.</summary>
    User,
    /// <summary>The machine, a store, a database or the network is.</summary>
    External,
    /// <summary>DataGrid itself is: a broken invariant.</summary>
    Internal,
}

/// <summary>Whether trying again can help.</summary>
public enum RetryHint
{
    /// <summary>The same input fails again.</summary>
    Never,
    /// <summary>The same may succeed later.</summary>
    Retry,
    /// <summary>It may succeed with a bigger memory slot.</summary>
    RetryWithMoreMemory,
}

/// <summary>A place in a file of the user's.</summary>
[GenerateSerializer, Alias("SourcePosition"), Immutable]
public sealed record SourcePosition
{
    /// <summary>The file, relative to the project folder, with <c>/</c> between folders.</summary>
    [Id(0)] public required string File { get; init; }

    /// <summary>The line, from 1; null where only the file is known.</summary>
    [Id(1)] public int? Line { get; init; }

    /// <summary>The column in characters (UTF-16 units), from 1; null where only the line is known.</summary>
    [Id(2)] public int? Column { get; init; }

    /// <summary><c>file:line:column</c>, as editors and terminals make it a link.</summary>
    public override string ToString() => Line is null ? File : Column is null ? $"{File}:{Line}" : $"{File}:{Line}:{Column}";
}

/// <summary>A failure or warning as people read it: what happened, where, and what to do.</summary>
[GenerateSerializer, Alias("Problem"), Immutable]
public sealed record Problem
{
    /// <summary>The stable code, a constant of <see cref="ErrorCodes"/>.</summary>
    [Id(0)] public required string Code { get; init; }

    /// <summary>What happened, in one sentence without a full stop at its end.</summary>
    [Id(1)] public required string Message { get; init; }

    /// <summary>Where, if it is in a file of the user's.</summary>
    [Id(2)] public SourcePosition? Position { get; init; }

    /// <summary>The text at that place, one line, to be shown with a caret under the column.</summary>
    [Id(3)] public string? Excerpt { get; init; }

    /// <summary>What to do about it.</summary>
    [Id(4)] public string? Help { get; init; }

    /// <summary>The dataset that it concerns, if one.</summary>
    [Id(5)] public string? Dataset { get; init; }

    /// <summary>Whether the work can go on all the same.</summary>
    [Id(6)] public bool IsWarning { get; init; }

    /// <summary>Domain, hint and exit code of <see cref="Code"/>.</summary>
    public ErrorCode Kind => ErrorCodes.Find(Code);
}

/// <summary>A row of the one table of error codes.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Domain">Who can mend it.</param>
/// <param name="Retry">Whether trying again can help.</param>
/// <param name="ExitCode">The command's exit code: 1 the run or check failed, 2 the input is wrong, 3 the server or environment is, 130 interrupted.</param>
/// <param name="HttpStatus">The status of a REST response.</param>
/// <param name="GrpcStatus">The status of a gRPC response.</param>
public sealed record ErrorCode(string Code, ErrorDomain Domain, RetryHint Retry, int ExitCode, int HttpStatus, int GrpcStatus);

/// <summary>A fault that carries its <see cref="Errors.Problem"/>. Thrown where no value can be returned. Its type does not cross silos: see <see cref="WithLuggage"/>.</summary>
public sealed class DataGridException : Exception
{
    private const string LuggageKey = "datagrid.problem";

    /// <summary>Wraps a problem.</summary>
    public DataGridException(Problem problem, Exception? inner = null) : base(problem?.Message, inner) => Problem = problem!;

    /// <summary>What happened.</summary>
    public Problem Problem { get; }

    /// <summary>Puts the problem where it survives a grain call to another silo: into <see cref="Exception.Data"/>, as text.</summary>
    public DataGridException WithLuggage()
    {
        Data[LuggageKey] = JsonSerializer.Serialize(Problem, DataGridJson.Options);
        return this;
    }

    /// <summary>The problem that a fault brought along; null when it brought none.</summary>
    public static Problem? LuggageOf(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault.Data[LuggageKey] is string text ? JsonSerializer.Deserialize<Problem>(text, DataGridJson.Options) : null;
    }
}
