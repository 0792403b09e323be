using Azure;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using DataGrid.Contracts.Storage;
using DataGrid.Storage.Remote;

namespace DataGrid.Storage.Azure;

/// <summary>Opens stores that are containers of Azure Blob Storage.</summary>
public static class AzureObjectStore
{
    /// <summary>Opens a container. Nothing is asked of it yet.</summary>
    /// <param name="options">The container.</param>
    /// <param name="clock">Time.</param>
    /// <exception cref="ObjectStoreException">An option is wrong, or a variable that should hold a credential is not set or holds none.</exception>
    public static RemoteObjectStore Open(AzureStoreOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate().FirstOrDefault() is { } wrong) throw new ObjectStoreException(StoreFault.Misconfigured, $"The Azure store is not configured right: {wrong}.", null);
        if (options is { ConnectionStringVariable: null, Account: null, Endpoint: null })
            throw new ObjectStoreException(StoreFault.Misconfigured, $"Which account the container {options.Container} is in is not configured.", null) { Help = "set AZURE_STORAGE_ACCOUNT or AZURE_STORAGE_CONNECTION_STRING" };
        var prefix = string.IsNullOrEmpty(options.Prefix) ? "" : options.Prefix.Trim('/') + "/";
        BlobContainerClient container;
        try
        {
            container = Service(options).GetBlobContainerClient(options.Container);
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or InvalidOperationException)
        {
            // What the SDK says may quote the connection string.
            throw new ObjectStoreException(StoreFault.Misconfigured, $"The credentials or the address of the container {options.Container} cannot be read ({fault.GetType().Name}).", null)
            {
                Help = "check the connection string, the account's name and its key",
            };
        }
        var address = new UriBuilder(container.Uri) { Query = "" }.Uri;
        var description = $"az://{options.Container}/{prefix}".TrimEnd('/') + $" at {address.GetLeftPart(UriPartial.Authority)}";
        return new RemoteObjectStore(new AzureObjects(container, prefix, new AzureFaults(options.Container, description), description), options.Requests, clock);
    }

    private static BlobServiceClient Service(AzureStoreOptions options)
    {
        var client = new BlobClientOptions
        {
            // Nothing in the SDK may repeat a request: a repeated put-if-absent would find its own first attempt there and call it another's.
            Retry = { MaxRetries = 0, NetworkTimeout = options.Requests.RequestTimeout },
            Diagnostics = { IsLoggingEnabled = false, IsDistributedTracingEnabled = false, IsTelemetryEnabled = false },
        };
        if (options.ConnectionStringVariable is { } connection) return new BlobServiceClient(Variable(connection), client);
        var address = new Uri(options.Endpoint ?? $"https://{options.Account}.blob.core.windows.net");
        if (options.AccountKeyVariable is { } key) return new BlobServiceClient(address, new StorageSharedKeyCredential(options.Account, Variable(key)), client);
        return options.SasVariable is { } sas
            ? new BlobServiceClient(address, new AzureSasCredential(Variable(sas).TrimStart('?')), client)
            : new BlobServiceClient(address, new DefaultAzureCredential(), client);
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
        ? value
        : throw new ObjectStoreException(StoreFault.AccessDenied, $"The variable {name}, which should hold credentials of the Azure store, is not set.", null) { Help = $"set {name}" };
}
