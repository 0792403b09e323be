using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using DataGrid.Contracts.Json;
using Orleans;

namespace DataGrid.Contracts;

/// <summary>A tenant's name; the first part of every grain key. Letters, digits, <c>-</c> and <c>_</c>.</summary>
[GenerateSerializer, Alias("WorkspaceId"), Immutable, JsonConverter(typeof(IdJsonConverter<WorkspaceId>))]
public readonly record struct WorkspaceId : ITextId<WorkspaceId>
{
    private WorkspaceId(string value) => Value = value;

    /// <summary>The workspace of a single user: <c>default</c>.</summary>
    public static WorkspaceId Default { get; } = new("default");

    /// <summary>The name.</summary>
    [Id(0)] public string Value { get; }

    /// <summary>Checks and wraps a name.</summary>
    /// <exception cref="FormatException">The name has characters that are not allowed.</exception>
    public static WorkspaceId Parse(string text) => new(IdText.Check(text, "workspace"));

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A pipeline's name, unique in its workspace.</summary>
[GenerateSerializer, Alias("PipelineId"), Immutable, JsonConverter(typeof(IdJsonConverter<PipelineId>))]
public readonly record struct PipelineId : ITextId<PipelineId>
{
    private PipelineId(string value) => Value = value;

    /// <summary>The name.</summary>
    [Id(0)] public string Value { get; }

    /// <summary>Checks and wraps a name.</summary>
    /// <exception cref="FormatException">The name has characters that are not allowed.</exception>
    public static PipelineId Parse(string text) => new(IdText.Check(text, "pipeline"));

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One run of a pipeline. Its text sorts by start: <c>20261120-131502-7f3a</c>.</summary>
[GenerateSerializer, Alias("RunId"), Immutable, JsonConverter(typeof(IdJsonConverter<RunId>))]
public readonly record struct RunId : ITextId<RunId>
{
    private RunId(string value) => Value = value;

    /// <summary>The id's text.</summary>
    [Id(0)] public string Value { get; }

    /// <summary>Checks and wraps an id.</summary>
    /// <exception cref="FormatException">The text is not a run id.</exception>
    public static RunId Parse(string text) => new(IdText.Check(text, "run"));

    /// <summary>A new id: the UTC second of its start and eight hexadecimal digits of <paramref name="entropy"/>.</summary>
    public static RunId Create(DateTimeOffset startedAt, uint entropy) =>
        new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{startedAt.UtcDateTime:yyyyMMdd-HHmmss}-{entropy:x8}"));

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One attempt at one task, unique for ever; part of the names of the files that it writes.</summary>
[GenerateSerializer, Alias("AttemptId"), Immutable, JsonConverter(typeof(IdJsonConverter<AttemptId>))]
public readonly record struct AttemptId : ITextId<AttemptId>
{
    private AttemptId(string value) => Value = value;

    /// <summary>The id's text: 32 hexadecimal digits.</summary>
    [Id(0)] public string Value { get; }

    /// <summary>Checks and wraps an id.</summary>
    /// <exception cref="FormatException">The text is not an attempt id.</exception>
    public static AttemptId Parse(string text) => new(IdText.Check(text, "attempt"));

    /// <summary>A new id from a random GUID.</summary>
    public static AttemptId Create(Guid value) => new(value.ToString("N"));

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What all id texts share.</summary>
internal static class IdText
{
    private const int MaxLength = 100;

    public static string Check([NotNull] string? text, string what)
    {
        if (string.IsNullOrEmpty(text)) throw new FormatException($"the {what} id is empty");
        if (text.Length > MaxLength) throw new FormatException($"the {what} id has {text.Length} characters; {MaxLength} are allowed");
        if (!char.IsAsciiLetterOrDigit(text[0]) || !text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw new FormatException($"the {what} id '{text}' must start with a letter or digit and may have letters, digits, '-' and '_' only");
        return text;
    }
}
