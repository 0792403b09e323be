namespace DataGrid.Core.Pipelines.Yaml;

/// <summary>Says what the YAML parser's messages mean to somebody who wrote a project.</summary>
internal static class YamlMessages
{
    public const string GeneralHelp = "Check the indentation, and put quotes around text with ': ', ' #', quotes, brackets or braces in it.";

    private static readonly (string Contains, string Message, string Help)[] Known =
    [
        ("invalid mapping", "this is not YAML: a second ':' in one line, or a line that is indented further than the one before",
            "Put quotes around text that has ': ' in it, as in that: \"a: b\"; keys of one level start in the same column."),
        ("tab character", "this is not YAML: a tab is used for indentation", "Indent with spaces."),
        ("cannot start any token", "this is not YAML: a value starts with a character that YAML keeps for itself (% @ ` or a tab)",
            "Put quotes around the value; indent with spaces."),
        ("',' or ']'", "this is not YAML: a list that starts with '[' is never closed", "Close it with ']', and put ',' between its values."),
        ("',' or '}'", "this is not YAML: a mapping that starts with '{' is never closed", "Close it with '}', and put ',' between its keys."),
        ("quoted scalar", "this is not YAML: a quote is never closed, or what follows a backslash in double quotes is not an escape",
            "Close the quote; use single quotes for text with backslashes."),
        ("anchor or alias", "this is not YAML: '*' and '&' at the start of a value name aliases and anchors",
            "Put quotes around the value; lines of a model's header must not start with '*'."),
        ("expected '-' indicator", "this is not YAML: a list's items do not start in the same column", "Start every item with '- ' in the same column."),
        ("expected key", "this is not YAML: keys of one level do not start in the same column", "Align the keys; indent with spaces."),
        ("simple key", "this is not YAML: a key has no ':'", "Write key: value, with a space after the colon."),
    ];

    /// <summary>Whether a tab is the mistake, which then stands at the end of the range that the parser names.</summary>
    public static bool IsAboutTab(string parserMessage) => parserMessage.Contains("tab character", StringComparison.Ordinal);

    /// <summary>What happened and what to do.</summary>
    public static (string Message, string Help) Explain(string parserMessage)
    {
        foreach (var (contains, message, help) in Known)
            if (parserMessage.Contains(contains, StringComparison.Ordinal)) return (message, help);
        var first = parserMessage.TrimEnd('.');
        return ($"this is not YAML: {(first.Length > 0 ? char.ToLowerInvariant(first[0]) + first[1..] : "it cannot be read")}", GeneralHelp);
    }
}
