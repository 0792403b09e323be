using System.Net.Sockets;
using System.Security.Authentication;
using Azure;
using Azure.Identity;
using DataGrid.Contracts.Storage;

namespace DataGrid.Storage.Azure;

/// <summary>One place that turns what the SDK throws into <see cref="ObjectStoreException"/>. The SDK's own exceptions are not passed on: they quote the request and its headers.</summary>
internal sealed class AzureFaults(string container, string store)
{
    /// <summary>What to throw for a fault.</summary>
    /// <param name="fault">What the SDK threw; never a cancel that was asked for.</param>
    /// <param name="verb">What was tried.</param>
    /// <param name="key">On which name.</param>
    internal ObjectStoreException From(Exception fault, string verb, string key)
    {
        var (kind, reason, help) = fault switch
        {
            RequestFailedException { Status: not 0 } service => OfService(service),
            AuthenticationFailedException => (StoreFault.AccessDenied, "no token could be had",
                "sign in with az login, give this machine an identity, or set AZURE_STORAGE_CONNECTION_STRING"),
            _ => OfNetwork(fault),
        };
        return new ObjectStoreException(kind, $"Could not {verb} '{key}' in {store}: {reason}.", null) { Help = help };
    }

    private (StoreFault, string, string?) OfService(RequestFailedException fault)
    {
        var said = $"{fault.Status} {fault.ErrorCode}";
        return fault.ErrorCode switch
        {
            "ContainerNotFound" => (StoreFault.Misconfigured, $"there is no container {container} ({said})", "create the container, or correct its name in --root"),
            "ContainerBeingDeleted" or "ContainerDisabled" => (StoreFault.Misconfigured, $"the container {container} is going away ({said})", "choose another --root"),
            "AuthenticationFailed" => (StoreFault.AccessDenied, $"the store does not accept the credentials: they are wrong or have expired, or this machine's clock differs ({said})",
                "renew the key or the shared access signature, and check the clock"),
            "AuthorizationFailure" or "AuthorizationPermissionMismatch" or "AuthorizationResourceTypeMismatch" or "AuthorizationServiceMismatch" or "InsufficientAccountPermissions"
                or "AuthorizationProtocolMismatch" or "AuthorizationSourceIPMismatch" =>
                (StoreFault.AccessDenied, $"the credentials may not do this, or are not the right ones ({said})", "grant the rights that docs/OPERATING.md lists (Storage Blob Data Contributor on the container)"),
            "ServerBusy" => (StoreFault.Throttled, $"the store asks for fewer requests ({said})", null),
            "InvalidBlockList" or "BlobNotFound" => (StoreFault.NotFound, $"it is not there ({said})", null),
            "Md5Mismatch" or "Crc64Mismatch" or "InternalError" or "OperationTimedOut" => (StoreFault.Unavailable, $"the store failed ({said})", null),
            _ => OfStatus(fault.Status, said),
        };
    }

    private static (StoreFault, string, string?) OfStatus(int status, string said) => status switch
    {
        401 or 403 => (StoreFault.AccessDenied, $"the credentials may not do this ({said})", "grant the rights that docs/OPERATING.md lists (Storage Blob Data Contributor on the container)"),
        404 => (StoreFault.NotFound, $"it is not there ({said})", null),
        412 => (StoreFault.NotFound, $"it was replaced meanwhile ({said})", null),
        429 => (StoreFault.Throttled, $"the store asks for fewer requests ({said})", null),
        408 or 409 or >= 500 => (StoreFault.Unavailable, $"the store failed ({said})", null),
        _ => (StoreFault.Misconfigured, $"the store refused the request ({said})", "check the account, the endpoint and the container's name"),
    };

    private static (StoreFault, string, string?) OfNetwork(Exception fault)
    {
        foreach (var cause in Causes(fault))
        {
            if (cause is AuthenticationException)
                return (StoreFault.Misconfigured, "the server's certificate is not accepted: it has expired, is for another name, or its issuer is not trusted here", "renew the certificate, or let this machine trust its issuer");
            if (cause is SocketException { SocketErrorCode: SocketError.HostNotFound }) return (StoreFault.Unavailable, "the server's name is not known", "check the account's name and the network");
            if (cause is SocketException socket) return (StoreFault.Unavailable, $"the connection failed ({socket.SocketErrorCode})", null);
        }
        return (StoreFault.Unavailable, $"the connection broke ({fault.GetType().Name})", null);
    }

    private static IEnumerable<Exception> Causes(Exception fault)
    {
        yield return fault;
        foreach (var inner in fault is AggregateException many ? many.InnerExceptions : fault.InnerException is { } one ? [one] : (IEnumerable<Exception>)[])
            foreach (var cause in Causes(inner)) yield return cause;
    }
}
