using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using DataGrid.Contracts.Storage;

namespace DataGrid.Storage.S3;

/// <summary>One place that turns what the SDK throws into <see cref="ObjectStoreException"/>. The SDK's own exceptions are not passed on: they may quote the request.</summary>
internal sealed class S3Faults(string bucket, string store)
{
    /// <summary>What to throw for a fault.</summary>
    /// <param name="fault">What the SDK threw; never a cancel that was asked for.</param>
    /// <param name="verb">What was tried.</param>
    /// <param name="key">On which key; <c>null</c> for the store itself.</param>
    internal ObjectStoreException From(Exception fault, string verb, string? key)
    {
        var (kind, reason, help) = fault switch
        {
            AmazonServiceException { StatusCode: not 0 } service => OfService(service),
            _ when OfNetwork(fault) is { } network => network,
            AmazonClientException client => OfClient(client),
            ArgumentException argument => (StoreFault.Misconfigured, argument.Message, null),
            _ => (StoreFault.Unavailable, $"the request failed ({fault.GetType().Name})", null),
        };
        var what = key is null ? store : $"'{key}' in {store}";
        return new ObjectStoreException(kind, $"Could not {verb} {what}: {reason.TrimEnd('.')}.", null) { Help = help };
    }

    private (StoreFault, string, string?) OfService(AmazonServiceException fault)
    {
        var said = $"{(int)fault.StatusCode} {fault.ErrorCode}{(string.IsNullOrEmpty(fault.RequestId) ? "" : $", request {fault.RequestId}")}";
        return fault.ErrorCode switch
        {
            "NoSuchBucket" or "InvalidBucketName" => (StoreFault.Misconfigured, $"there is no bucket {bucket} ({said})", "create the bucket, or correct its name in --root"),
            "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" or "TemporaryRedirect" =>
                (StoreFault.Misconfigured, $"the bucket {bucket} is in another region than the one that was asked ({said})", "set AWS_REGION to the bucket's region"),
            "RequestTimeTooSkewed" => (StoreFault.Misconfigured, $"this machine's clock differs too much from the store's ({said})", "set the clock, then run again"),
            "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired" => (StoreFault.AccessDenied, $"the credentials have expired ({said})", "sign in again, then run again: nothing is lost"),
            "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" or "InvalidSecurity" =>
                (StoreFault.AccessDenied, $"the store does not accept the credentials ({said})", "correct the credentials in the environment or the profile"),
            "NotImplemented" => (StoreFault.Unsupported, $"the server does not know this call ({said})", "choose a store that knows conditional writes"),
            "QuotaExceeded" or "XMinioStorageFull" => (StoreFault.NoSpace, $"the store is full ({said})", null),
            "SlowDown" or "TooManyRequests" or "RequestLimitExceeded" or "Throttling" or "ThrottlingException" or "RequestThrottled" => (StoreFault.Throttled, $"the store asks for fewer requests ({said})", null),
            "RequestTimeout" or "BadDigest" or "IncompleteBody" or "XAmzContentSHA256Mismatch" or "InternalError" or "ServiceUnavailable" or "OperationAborted" or "ConditionalRequestConflict" =>
                (StoreFault.Unavailable, $"the store failed ({said})", null),
            _ => OfStatus(fault.StatusCode, said),
        };
    }

    private (StoreFault, string, string?) OfStatus(HttpStatusCode status, string said) => status switch
    {
        HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => (StoreFault.AccessDenied, $"the credentials may not do this ({said})",
            "grant the rights that docs/OPERATING.md lists, s3:ListBucket among them: without it an object that is missing looks like one that is forbidden"),
        HttpStatusCode.NotFound => (StoreFault.NotFound, $"it is not there ({said})", null),
        HttpStatusCode.PreconditionFailed => (StoreFault.NotFound, $"it was replaced meanwhile ({said})", null),
        HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect => (StoreFault.Misconfigured, $"the bucket {bucket} is in another region or at another address ({said})", "set AWS_REGION to the bucket's region"),
        HttpStatusCode.TooManyRequests => (StoreFault.Throttled, $"the store asks for fewer requests ({said})", null),
        HttpStatusCode.InsufficientStorage => (StoreFault.NoSpace, $"the store is full ({said})", null),
        HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => (StoreFault.Unavailable, $"the store failed ({said})", null),
        _ => (StoreFault.Misconfigured, $"the store refused the request ({said})", "check the endpoint, the region and the bucket's name"),
    };

    private static (StoreFault, string, string?) OfClient(AmazonClientException fault)
    {
        if (fault.Message.Contains("RegionEndpoint", StringComparison.Ordinal)) return (StoreFault.Misconfigured, "no region is configured", "set AWS_REGION, or a region in the profile");
        if (fault.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase) || fault.Message.Contains("profile", StringComparison.OrdinalIgnoreCase))
            return (StoreFault.AccessDenied, "no credentials were found", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where an instance's role gives them");
        return (StoreFault.Unavailable, $"the SDK failed ({fault.GetType().Name})", null);
    }

    private static (StoreFault, string, string?)? OfNetwork(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AuthenticationException:
                    return (StoreFault.Misconfigured, "the server's certificate is not accepted: it has expired, is for another name, or its issuer is not trusted here", "renew the certificate, or let this machine trust its issuer");
                case SocketException { SocketErrorCode: SocketError.HostNotFound }:
                    return (StoreFault.Unavailable, "the server's name is not known", "check the endpoint and the network");
                case SocketException socket:
                    return (StoreFault.Unavailable, $"the connection failed ({socket.SocketErrorCode})", null);
                case HttpRequestException or IOException or OperationCanceledException or TimeoutException when cause.InnerException is null:
                    return (StoreFault.Unavailable, $"the connection broke ({cause.GetType().Name})", null);
            }
        }
        return null;
    }
}
