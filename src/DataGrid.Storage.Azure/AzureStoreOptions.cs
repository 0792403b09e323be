using DataGrid.Storage.Remote;

namespace DataGrid.Storage.Azure;

/// <summary>A container of Azure Blob Storage and how to reach it. Holds no secret: where one is needed, an environment variable is named. Without any, a token is fetched as the
/// platform gives it (environment, workload identity, managed identity, the az command).</summary>
public sealed record AzureStoreOptions
{
    /// <summary>The container.</summary>
    public required string Container { get; init; }

    /// <summary>What stands before every name, without slashes at its ends; empty for the whole container.</summary>
    public string? Prefix { get; init; }

    /// <summary>The account; <c>null</c> where a connection string or an endpoint tells it.</summary>
    public string? Account { get; init; }

    /// <summary>The address of the blob service, without a query; <c>null</c> for the account's own.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The name of the variable that holds a connection string.</summary>
    public string? ConnectionStringVariable { get; init; }

    /// <summary>The name of the variable that holds the account's key.</summary>
    public string? AccountKeyVariable { get; init; }

    /// <summary>The name of the variable that holds a shared access signature.</summary>
    public string? SasVariable { get; init; }

    /// <summary>Limits of requests.</summary>
    public RemoteStoreOptions Requests { get; init; } = new();

    /// <summary>What is wrong with these options, one sentence each; empty when nothing is.</summary>
    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(Container)) yield return $"{nameof(Container)} is empty";
        if (Endpoint is not null && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address is { UserInfo.Length: 0, Query.Length: 0 }))
            yield return $"{nameof(Endpoint)} must be an address such as https://account.blob.core.windows.net, without a query";
        if (new[] { ConnectionStringVariable, AccountKeyVariable, SasVariable }.Count(static one => one is not null) > 1)
            yield return $"{nameof(ConnectionStringVariable)}, {nameof(AccountKeyVariable)} and {nameof(SasVariable)} exclude each other";
        if (AccountKeyVariable is not null && Account is null) yield return $"{nameof(AccountKeyVariable)} needs {nameof(Account)}";
        foreach (var wrong in Requests.Validate()) yield return wrong;
    }
}
