using System.Buffers;

namespace DataGrid.Engine.Tasks.Sql;

/// <summary>The engine takes every path for a pattern: <c>a[1].csv</c> would read <c>a1.csv</c>.</summary>
internal static class FilePattern
{
    private static readonly SearchValues<char> Special = SearchValues.Create("*?[");

    /// <summary>A pattern that matches exactly this path.</summary>
    public static string Of(string path)
    {
        if (path.AsSpan().IndexOfAny(Special) < 0)
            return path;
        return string.Concat(path.Select(c => Special.Contains(c) ? $"[{c}]" : c.ToString()));
    }
}
