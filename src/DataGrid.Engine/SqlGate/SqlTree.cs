using System.Text.Json;

namespace DataGrid.Engine.SqlGate;

/// <summary>What the engine's parser made of a text: a tree, or an error.</summary>
/// <param name="Root">The tree; undefined when there is an error. Owns its memory.</param>
/// <param name="Error">The error; null when there is a tree.</param>
public sealed record SqlTree(JsonElement Root, SqlParseError? Error)
{
    /// <summary>The only expression of a SELECT without anything else; null when there is more.</summary>
    internal JsonElement? SingleExpression()
    {
        if (Error is not null) return null;
        var statements = Root.GetProperty("statements");
        if (statements.GetArrayLength() != 1) return null;
        var node = statements[0].GetProperty("node");
        if (Text(node, "type") != "SELECT_NODE" || Text(node.GetProperty("from_table"), "type") != "EMPTY") return null;
        foreach (var property in node.EnumerateObject())
        {
            var isAllowed = property.Name is "type" or "select_list" or "from_table" || IsEmpty(property.Value)
                || (property.Name == "aggregate_handling" && property.Value.ValueEquals("STANDARD_HANDLING"))
                || (property.Name == "cte_map" && property.Value.EnumerateObject().All(static map => IsEmpty(map.Value)));
            if (!isAllowed) return null;
        }
        var list = node.GetProperty("select_list");
        return list.GetArrayLength() == 1 && Text(list[0], "alias") is null or "" && Text(list[0], "class") != "STAR" ? list[0] : null;
    }

    private static bool IsEmpty(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => element.GetArrayLength() == 0,
        JsonValueKind.Object => !element.EnumerateObject().MoveNext(),
        _ => false,
    };

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

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
