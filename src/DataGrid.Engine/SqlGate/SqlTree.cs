using System.Text.Json;

namespace DataGrid.Engine.SqlGate;

/// <summary>What the engine's parser made of a text: a tree, or an error.</summary>
/// <param name="Root">The tree; undefined when there is an error. Owns its memory.</param>
/// <param name="Error">The error; null when there is a tree.</param>
public sealed record SqlTree(JsonElement Root, SqlParseError? Error);

/// <summary>Why a text has no tree.</summary>
/// <param name="Kind">The engine's name of the kind: <c>parser</c>, <c>not implemented</c>; <c>depth</c> when the tree nests too deeply to be read.</param>
/// <param name="Message">The engine's message.</param>
/// <param name="CodePoint">Where, in code points from 0; null when the engine does not say.</param>
public sealed record SqlParseError(string Kind, string Message, int? CodePoint)
{
    /// <summary>Whether the text is SQL, but not a SELECT.</summary>
    public bool IsNotSelect => Message.StartsWith("Only SELECT statements", StringComparison.Ordinal);

    /// <summary>Whether the parser gave up on length or depth.</summary>
    public bool IsTooComplex =>
        Kind == "depth" || Message.StartsWith("memory exhausted", StringComparison.Ordinal) || Message.StartsWith("Max expression depth", StringComparison.Ordinal);
}
