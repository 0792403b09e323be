using System.Text.RegularExpressions;
using DataGrid.Contracts.Datasets;

namespace DataGrid.Core.Sql;

/// <summary>Whether a query asks for nothing but all of one dataset. Only the plainest ways to say so are known; any other query may say the same and is run.</summary>
public static partial class WholeDataset
{
    /// <summary>Whether a query that reads one dataset is <c>FROM name</c> or <c>SELECT * FROM name</c>.</summary>
    /// <param name="sql">A query that passed the gate.</param>
    /// <param name="name">The one dataset that it reads.</param>
    public static bool IsAskedBy(string sql, DatasetName name) =>
        Plain().Match(sql) is { Success: true } found && string.Equals(found.Groups["name"].Value.Replace("\"", "", StringComparison.Ordinal), name.ToString(), StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("""^\s*(select\s+\*\s+)?from\s+(?<name>"?\w+"?\."?\w+"?)\s*;?\s*$""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
