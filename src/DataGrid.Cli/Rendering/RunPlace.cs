using DataGrid.Cli.Hosting;
using DataGrid.Cli.Remote;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Silo.Roots;

namespace DataGrid.Cli.Rendering;

/// <summary>Where what a run made is, and how to look at it there.</summary>
/// <param name="Tables">Where the tables are, in words.</param>
/// <param name="Held">The command that shows what was held back of a dataset.</param>
internal sealed record RunPlace(string Tables, Func<DatasetName, string> Held)
{
    /// <summary>In a root.</summary>
    public static RunPlace In(string root) => new(
        StoreAddress.Of(root) is { } address ? $"in {address}/{WorkspaceId.Default.Value}/tables" : $"in {Shown(Path.Combine(root, WorkspaceId.Default.Value, "tables"))}",
        name => $"datagrid quarantine {name} --root {StoreAddress.Of(root)?.ToString() ?? Shown(Path.GetFileName(root) == Root.FolderName ? Path.GetDirectoryName(root)! : root)}");

    /// <summary>On a server.</summary>
    public static RunPlace On(RemoteServer server) => new($"on the server: datagrid datasets {server.Option}", name => $"datagrid query \"from {name.Quarantine}\" {server.Option}");

    private static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
