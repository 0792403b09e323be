using Microsoft.AspNetCore.Http;

namespace DataGrid.Gateway.Access;

/// <summary>Who makes a request, and what they may do in the workspace that it is about.</summary>
/// <param name="Name">What people call them.</param>
/// <param name="Role">What they may do.</param>
/// <param name="Key">Their key; null for the one person of a gateway without keys.</param>
internal sealed record Caller(string Name, Role Role, ApiKey? Key)
{
    /// <summary>The one person of a gateway without keys.</summary>
    public static Caller Local { get; } = new("local", Role.Admin, null);

    /// <summary>What limits and records call them.</summary>
    public string Id => Key?.Key ?? (ReferenceEquals(this, Local) ? "local" : $"sub:{Name}");

    /// <summary>Of a request that was let in.</summary>
    public static Caller Of(HttpContext http) => http.Features.Get<Caller>() ?? throw new InvalidOperationException("the request was answered before its caller was known");
}
