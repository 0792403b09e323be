using DataGrid.Contracts.Errors;

namespace DataGrid.Engine.SqlGate;

/// <summary>Why the gate refuses a SQL text.</summary>
public enum SqlRefusal
{
    /// <summary>It is not SQL.</summary>
    Syntax,
    /// <summary>There is no statement in it.</summary>
    Empty,
    /// <summary>There is more than one statement in it.</summary>
    SeveralStatements,
    /// <summary>It is a statement of another kind than SELECT.</summary>
    NotSelect,
    /// <summary>It is longer or nested deeper than the gate allows.</summary>
    TooComplex,
    /// <summary>It has characters that could make the engine and a reader see different texts.</summary>
    ControlCharacter,
    /// <summary>It names a table that is not a known dataset.</summary>
    UnknownTable,
    /// <summary>It would read files, URLs or memory.</summary>
    ReadsFiles,
    /// <summary>It would read the engine's settings, catalogs, secrets or logs.</summary>
    ReadsEngine,
    /// <summary>It would change the engine or its state.</summary>
    ChangesEngine,
    /// <summary>It would run SQL that is given as data.</summary>
    RunsText,
    /// <summary>Its result would differ from run to run.</summary>
    Nondeterministic,
    /// <summary>It calls a function that is not on the reviewed list.</summary>
    UnknownFunction,
    /// <summary>It uses syntax that has no place in a dataset's SQL.</summary>
    Unsupported,
    /// <summary>What the engine bound is not what the gate read.</summary>
    BoundPlan,
}

/// <summary>One reason why a SQL text is refused.</summary>
/// <param name="Refusal">The kind of reason.</param>
/// <param name="Problem">The same for people, with its place and what to do instead.</param>
public sealed record SqlFinding(SqlRefusal Refusal, Problem Problem);

/// <summary>What a SQL text is for; decides about results that differ from run to run.</summary>
public enum SqlPurpose
{
    /// <summary>A model: its result is kept, so the same inputs must give the same result.</summary>
    Model,
    /// <summary>A check of a model.</summary>
    Check,
    /// <summary>An ad-hoc query: nothing is kept.</summary>
    Query,
}

/// <summary>What the gate takes at most.</summary>
public sealed record SqlGateOptions
{
    /// <summary>The longest text, in UTF-8 bytes. The engine's parser is quadratic in some chains.</summary>
    public int MaxTextBytes { get; init; } = 256 * 1024;

    /// <summary>The largest <see cref="Core.Sql.SqlReading.NestingCost"/>. Binding is
    /// cubic in the depth of nested calls: this is about a second of it.</summary>
    public long MaxNestingCost { get; init; } = 12_000_000;

    /// <summary>Says what is wrong with these options; empty when nothing is.</summary>
    public IEnumerable<string> Validate()
    {
        if (MaxTextBytes is < 1024 or > 16 * 1024 * 1024) yield return $"{nameof(MaxTextBytes)} must lie between 1 KiB and 16 MiB; it is {MaxTextBytes}";
        if (MaxNestingCost is < 1000 or > 100_000_000) yield return $"{nameof(MaxNestingCost)} must lie between 1 000 and 100 000 000; it is {MaxNestingCost}";
    }
}
