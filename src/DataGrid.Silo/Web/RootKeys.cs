using DataGrid.Contracts;
using DataGrid.Core.Datasets;
using DataGrid.Gateway.Access;
using DataGrid.Silo.Roots;

namespace DataGrid.Silo.Web;

/// <summary>The keys of a root, for whoever is at its machine: the first key cannot be made through the gateway that asks for one.</summary>
public static class RootKeys
{
    /// <summary>Opens them. A gateway that runs on the root sees changes within the time of its cache.</summary>
    public static KeyStore Open(string root, WorkspaceId place) =>
        new(RootStore.Open(root, forReading: false), new WorkspacePaths(place), TimeProvider.System, TimeSpan.Zero);
}
