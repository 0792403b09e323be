using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DataGrid.Grains.Tests.Faults;

/// <summary>Another program that writes to a table, as the protocol allows: it copies a data file under a new name and appends its rows with an entry of its own.</summary>
internal static class ForeignEngine
{
    /// <summary>Appends the rows of the table's first file once more.</summary>
    public static void Append(string root, string table)
    {
        var folder = Path.Combine(root, "default", "tables", table.Replace('.', Path.DirectorySeparatorChar));
        var source = TableFiles.Read(folder).Live.OrderBy(static file => file.Path, StringComparer.Ordinal).First();
        var path = Path.Combine(Path.GetDirectoryName(source.Path)!, $"foreign-{Guid.NewGuid():N}.parquet");
        File.Copy(source.Path, path);
        var log = Path.Combine(folder, "_delta_log");
        var add = Directory.GetFiles(log, "*.json").SelectMany(File.ReadLines).Select(static line => JsonNode.Parse(line)!["add"]).First(node => node is not null && source.Path.EndsWith(Uri.UnescapeDataString((string)node["path"]!), StringComparison.Ordinal))!;
        var mine = add.DeepClone();
        mine["path"] = Uri.EscapeDataString(Path.GetRelativePath(folder, path)).Replace("%2F", "/", StringComparison.Ordinal).Replace("%3D", "=", StringComparison.Ordinal);
        var version = Directory.GetFiles(log, "*.json").Max(static file => long.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture)) + 1;
        string[] lines = [JsonSerializer.Serialize(new { commitInfo = new { timestamp = 0, operation = "WRITE", engineInfo = "somebody else" } }), new JsonObject { ["add"] = mine }.ToJsonString()];
        File.WriteAllLines(Path.Combine(log, version.ToString("D20", CultureInfo.InvariantCulture) + ".json"), lines);
    }
}
