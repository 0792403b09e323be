using System.Collections.Immutable;

namespace DataGrid.Core.Pipelines.Keys;

/// <summary>What kind of value a key takes.</summary>
internal enum KeyKind
{
    /// <summary>Text.</summary>
    Text,
    /// <summary>A whole number.</summary>
    Integer,
    /// <summary><c>true</c> or <c>false</c>.</summary>
    Flag,
    /// <summary>A time span: <c>1h30m</c>.</summary>
    Duration,
    /// <summary>One of <see cref="KeySpec.Choices"/>.</summary>
    Choice,
    /// <summary>One text or a list of texts.</summary>
    Texts,
    /// <summary>A list of scalars of any kind.</summary>
    Scalars,
    /// <summary>A scalar of any kind.</summary>
    Scalar,
    /// <summary>A mapping with the keys of <see cref="KeySpec.Shape"/>.</summary>
    Object,
    /// <summary>A mapping from names that the author chooses to values of <see cref="KeySpec.Shape"/>.</summary>
    Map,
    /// <summary>As <see cref="Map"/>, and a value may be one text instead.</summary>
    MapOrText,
    /// <summary>A list of objects with the keys of <see cref="KeySpec.Shape"/>.</summary>
    Objects,
}

/// <summary>One key of the project format: what the parser takes, what its messages say and what the JSON Schema tells editors, from one place.</summary>
/// <param name="Name">The key.</param>
/// <param name="Kind">The kind of its value.</param>
/// <param name="Description">What it means, one sentence.</param>
internal sealed record KeySpec(string Name, KeyKind Kind, string Description)
{
    /// <summary>What a choice may be.</summary>
    public ImmutableArray<string> Choices { get; init; } = [];

    /// <summary>What the words of <see cref="Choices"/> mean, for editors.</summary>
    public string? ChoicesMean { get; init; }

    /// <summary>Whether it must be given.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The least number, for integers.</summary>
    public long? Min { get; init; }

    /// <summary>The largest number, for integers.</summary>
    public long? Max { get; init; }

    /// <summary>What holds when it is not given, as it would be written.</summary>
    public string? Default { get; init; }

    /// <summary>Values as they would be written in JSON.</summary>
    public ImmutableArray<string> Examples { get; init; } = [];

    /// <summary>The keys inside, for objects, maps and lists of objects.</summary>
    public ShapeSpec? Shape { get; init; }
}

/// <summary>The keys that one kind of object may have.</summary>
/// <param name="Name">Its name in the JSON Schema.</param>
/// <param name="What">What it is, for messages: <c>a source</c>.</param>
/// <param name="Description">What it means.</param>
/// <param name="Keys">Its keys, in the order in which they are documented.</param>
internal sealed record ShapeSpec(string Name, string What, string Description, ImmutableArray<KeySpec> Keys)
{
    /// <summary>Keys of which exactly one must be given; empty when there is no such rule.</summary>
    public ImmutableArray<string> ExactlyOneOf { get; init; } = [];

    /// <summary>The key of this name.</summary>
    /// <exception cref="InvalidOperationException">The table has no such key: the parser and the table disagree.</exception>
    public KeySpec this[string name] =>
        Keys.FirstOrDefault(key => key.Name == name) ?? throw new InvalidOperationException($"the key table of {What} has no '{name}'");
}
