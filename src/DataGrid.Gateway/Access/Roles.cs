using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DataGrid.Gateway.Access;

/// <summary>What somebody may do in a workspace; each role may do what those before it may.</summary>
public enum Role
{
    /// <summary>Read.</summary>
    Viewer,
    /// <summary>Submit pipelines and start runs.</summary>
    Editor,
    /// <summary>Cancel, pause, roll back.</summary>
    Operator,
    /// <summary>Keys.</summary>
    Admin,
}

/// <summary>The least role that an endpoint asks for.</summary>
/// <param name="Role">The role.</param>
internal sealed record NeedsRole(Role Role);

/// <summary>The endpoint answers anybody: it tells nothing that is anybody's.</summary>
internal sealed record OpenToAll;

/// <summary>The endpoint changes something: it is written into the audit log.</summary>
/// <param name="What">What it changes.</param>
internal sealed record ChangesThings(string What);

/// <summary>The endpoint makes something anew at each request: a repeated request with the same <c>Idempotency-Key</c> gets the first one's answer.</summary>
internal sealed record MakesThings;

/// <summary>Writes on an endpoint what it needs and does.</summary>
internal static class EndpointAccess
{
    private static readonly object AuditTarget = new();

    /// <summary>Asks for a role.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder builder, Role role) where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new NeedsRole(role));

    /// <summary>Answers anybody.</summary>
    public static TBuilder IsOpen<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new OpenToAll());

    /// <summary>Changes something.</summary>
    public static TBuilder Changes<TBuilder>(this TBuilder builder, string what) where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ChangesThings(what));

    /// <summary>Makes something anew.</summary>
    public static TBuilder Makes<TBuilder>(this TBuilder builder, string what) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new ChangesThings(what), new MakesThings());

    /// <summary>Names what a request changed, where its address does not.</summary>
    public static void Audit(this HttpContext http, string target) => http.Items[AuditTarget] = target;

    /// <summary>What was named.</summary>
    public static string? AuditedTarget(this HttpContext http) => http.Items[AuditTarget] as string;
}
