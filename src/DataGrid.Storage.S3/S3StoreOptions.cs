using DataGrid.Storage.Remote;

namespace DataGrid.Storage.S3;

/// <summary>A bucket and how to reach it. Holds no secret: credentials come from where the SDK looks for them (environment, profile, container, instance), or from environment
/// variables that are named here.</summary>
public sealed record S3StoreOptions
{
    /// <summary>The bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>What stands before every key, without slashes at its ends; empty for the whole bucket.</summary>
    public string? Prefix { get; init; }

    /// <summary>The region; <c>null</c> for what the environment or the profile says.</summary>
    public string? Region { get; init; }

    /// <summary>The address of a server that speaks S3; <c>null</c> for Amazon's of the region.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Whether the bucket stands in the path and not in the host's name, as most servers other than Amazon's want it.</summary>
    public bool UsesPathStyle { get; init; }

    /// <summary>Whether uploads are sent without checksums and in one piece, for servers that do not know S3's chunked encoding.</summary>
    public bool UsesPlainUploads { get; init; }

    /// <summary>The profile whose credentials and region are meant; <c>null</c> for the environment's.</summary>
    public string? Profile { get; init; }

    /// <summary>The name of the variable that holds the access key's id; <c>null</c> for what the SDK finds.</summary>
    public string? AccessKeyVariable { get; init; }

    /// <summary>The name of the variable that holds the secret key.</summary>
    public string? SecretKeyVariable { get; init; }

    /// <summary>The name of the variable that holds a session's token; <c>null</c> when there is none.</summary>
    public string? SessionTokenVariable { get; init; }

    /// <summary>Limits of requests.</summary>
    public RemoteStoreOptions Requests { get; init; } = new();

    /// <summary>What is wrong with these options, one sentence each; empty when nothing is.</summary>
    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(Bucket)) yield return $"{nameof(Bucket)} is empty";
        if (Endpoint is not null && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0))
            yield return $"{nameof(Endpoint)} must be an address such as https://storage.example.com, without a user's name";
        if (AccessKeyVariable is null != SecretKeyVariable is null) yield return $"{nameof(AccessKeyVariable)} and {nameof(SecretKeyVariable)} go together";
        if (AccessKeyVariable is not null && Profile is not null) yield return $"{nameof(AccessKeyVariable)} and {nameof(Profile)} exclude each other";
        foreach (var wrong in Requests.Validate()) yield return wrong;
    }
}
