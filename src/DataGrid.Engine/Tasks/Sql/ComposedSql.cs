namespace DataGrid.Engine.Tasks.Sql;

/// <summary>A statement of ours around a text of the user's, which remembers where that text stands.</summary>
/// <param name="Text">The whole statement.</param>
/// <param name="UserStart">Where the user's text begins in it.</param>
/// <param name="UserText">The user's text.</param>
internal sealed record ComposedSql(string Text, int UserStart, string UserText)
{
    /// <summary>A statement in which nothing is the user's.</summary>
    public static ComposedSql Own(string text) => new(text, 0, "");

    /// <summary>Puts the user's text between two of ours. The line break ends a trailing comment.</summary>
    public static ComposedSql Around(string before, string userText, string after) =>
        new(string.Concat(before, userText, "\n", after), before.Length, userText);

    /// <summary>The place in the user's text, or null when it is not in it.</summary>
    public int? ToUserPosition(int? position) =>
        position - UserStart is { } place && place >= 0 && place <= UserText.Length && UserText.Length > 0 ? place : null;

    /// <summary>Wraps this statement in another, keeping track of the place.</summary>
    public ComposedSql Wrap(string before, string after) => new(string.Concat(before, Text, after), UserStart + before.Length, UserText);
}
