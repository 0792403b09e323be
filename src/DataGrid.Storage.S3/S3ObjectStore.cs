using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using DataGrid.Contracts.Storage;
using DataGrid.Storage.Remote;

namespace DataGrid.Storage.S3;

/// <summary>Opens stores that are buckets of Amazon S3 or of a server that speaks its protocol.</summary>
public static class S3ObjectStore
{
    /// <summary>Opens a bucket. Nothing is asked of it yet.</summary>
    /// <param name="options">The bucket.</param>
    /// <param name="clock">Time.</param>
    /// <exception cref="ObjectStoreException">An option is wrong, or no credentials or region can be found.</exception>
    public static RemoteObjectStore Open(S3StoreOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate().FirstOrDefault() is { } wrong) throw new ObjectStoreException(StoreFault.Misconfigured, $"The S3 store is not configured right: {wrong}.", null);
        var prefix = string.IsNullOrEmpty(options.Prefix) ? "" : options.Prefix.Trim('/') + "/";
        var name = $"s3://{options.Bucket}/{prefix}".TrimEnd('/');
        var description = options.Endpoint is null ? name : $"{name} at {options.Endpoint}";
        var faults = new S3Faults(options.Bucket, description);
        return new RemoteObjectStore(new S3Objects(Client(options, faults), options, prefix, faults, description), options.Requests, clock);
    }

    private static AmazonS3Client Client(S3StoreOptions options, S3Faults faults)
    {
        // Nothing in the SDK may repeat a request: a repeated put-if-absent would find its own first attempt there and call it another's.
        var config = new AmazonS3Config
        {
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
            ThrottleRetries = false,
            DisableClockSkewCorrection = true,
            Timeout = options.Requests.RequestTimeout,
            ForcePathStyle = options.UsesPathStyle,
            LogResponse = false,
            LogMetrics = false,
            DisableLogging = true,
            AllowAutoRedirect = false,
        };
        try
        {
            if (options.Profile is { } profile) config.Profile = new Profile(profile);
            if (options.Endpoint is { } endpoint)
            {
                config.ServiceURL = endpoint;
                config.AuthenticationRegion = options.Region ?? FallbackRegionFactory.GetRegionEndpoint()?.SystemName ?? "us-east-1";
            }
            else if (options.Region is { } region)
            {
                config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
            }
            if (options.UsesPlainUploads)
            {
                config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
                config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
            }
            return Credentials(options) is { } credentials ? new AmazonS3Client(credentials, config) : new AmazonS3Client(config);
        }
        catch (Exception fault) when (fault is AmazonClientException or ArgumentException)
        {
            throw faults.From(fault, "open", null);
        }
    }

    private static AWSCredentials? Credentials(S3StoreOptions options)
    {
        if (options.AccessKeyVariable is null) return null;
        var (key, secret) = (Variable(options.AccessKeyVariable), Variable(options.SecretKeyVariable!)); // Validated: they go together.
        return options.SessionTokenVariable is { } token ? new SessionAWSCredentials(key, secret, Variable(token)) : new BasicAWSCredentials(key, secret);
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
        ? value
        : throw new ObjectStoreException(StoreFault.AccessDenied, $"The variable {name}, which should hold credentials of the S3 store, is not set.", null) { Help = $"set {name}" };
}
