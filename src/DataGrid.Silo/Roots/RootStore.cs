using System.Runtime.CompilerServices;
using DataGrid.Contracts.Storage;
using DataGrid.Storage.Azure;
using DataGrid.Storage.Local;
using DataGrid.Storage.Mirror;
using DataGrid.Storage.Remote;
using DataGrid.Storage.S3;

namespace DataGrid.Silo.Roots;

/// <summary>Opens the store that a root's tables lie in. A local root loads no SDK.</summary>
internal static class RootStore
{
    /// <summary>Opens the store.</summary>
    /// <param name="root">The root's folder.</param>
    /// <param name="forReading">Whether nothing will be written.</param>
    public static IObjectStore Open(string root, bool forReading)
    {
        if (StoreAddress.Of(root) is { } address) return OpenRemote(address);
        return forReading ? LocalObjectStore.OpenForReading(root) : LocalObjectStore.Open(root);
    }

    /// <summary>Copies of the store's files on this machine; null where its files are on it.</summary>
    public static FileMirror? MirrorOf(IObjectStore store, string root) => StoreAddress.Of(root) is null
        ? null
        : new FileMirror(store, new MirrorOptions { Folder = Path.Combine(root, "mirror"), MaxBytes = RemoteSettings.MirrorBytes }, TimeProvider.System);

    /// <summary>Where attempts write; null where they write into the store's own folder.</summary>
    public static string? StagingOf(string root) => StoreAddress.Of(root) is null ? null : Path.Combine(root, "staging");

    private static RemoteObjectStore OpenRemote(StoreAddress address) => address.Scheme == "s3" ? OpenS3(address) : OpenAzure(address);

    // Not inlined, so that the SDK is loaded when it is needed and not before.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static RemoteObjectStore OpenS3(StoreAddress address) => S3ObjectStore.Open(
        new S3StoreOptions
        {
            Bucket = address.Container,
            Prefix = address.Prefix,
            Endpoint = RemoteSettings.Text("DATAGRID_S3_ENDPOINT"),
            Region = RemoteSettings.Text("DATAGRID_S3_REGION"),
            Profile = RemoteSettings.Text("DATAGRID_S3_PROFILE"),
            UsesPathStyle = RemoteSettings.Flag("DATAGRID_S3_PATH_STYLE") ?? RemoteSettings.Text("DATAGRID_S3_ENDPOINT") is not null,
            UsesPlainUploads = RemoteSettings.Flag("DATAGRID_S3_PLAIN_UPLOADS") ?? false,
        },
        TimeProvider.System);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static RemoteObjectStore OpenAzure(StoreAddress address)
    {
        var connection = RemoteSettings.NameIfSet("AZURE_STORAGE_CONNECTION_STRING");
        var key = connection is null ? RemoteSettings.NameIfSet("AZURE_STORAGE_KEY") : null;
        return AzureObjectStore.Open(
            new AzureStoreOptions
            {
                Container = address.Container,
                Prefix = address.Prefix,
                Account = RemoteSettings.Text("AZURE_STORAGE_ACCOUNT"),
                Endpoint = RemoteSettings.Text("DATAGRID_AZURE_ENDPOINT"),
                ConnectionStringVariable = connection,
                AccountKeyVariable = key,
                SasVariable = connection is null && key is null ? RemoteSettings.NameIfSet("AZURE_STORAGE_SAS_TOKEN") : null,
            },
            TimeProvider.System);
    }
}
