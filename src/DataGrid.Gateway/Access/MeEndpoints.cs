using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Gateway.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DataGrid.Gateway.Access;

/// <summary>Who asks, and where.</summary>
public sealed record Me
{
    /// <summary>What people call the caller.</summary>
    public required string Name { get; init; }

    /// <summary>The public part of the key; null where no keys are asked for.</summary>
    public string? Key { get; init; }

    /// <summary>The workspace that this server serves.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>What the caller may do in it.</summary>
    public required Role Role { get; init; }

    /// <summary>The parts of the API that the key is for; empty for all.</summary>
    public ImmutableArray<string> Scopes { get; init; } = [];

    /// <summary>When the key ends, UTC; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The version of the server.</summary>
    public required string Version { get; init; }
}

/// <summary><c>/api/v1/me</c></summary>
internal static class MeEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/me", Get).Needs(Role.Viewer).WithTags("Me").WithName("getMe").WithSummary("Who asks, and what they may do").Produces<Me>();

    private static IResult Get(WorkspacePorts ports, HttpContext http)
    {
        var caller = Caller.Of(http);
        return ApiAnswers.Json(new Me
        {
            Name = caller.Name,
            Key = caller.Key?.Key,
            Workspace = ports.Workspace,
            Role = caller.Role,
            Scopes = caller.Key?.Scopes ?? [],
            ExpiresAt = caller.Key?.ExpiresAt,
            Version = ports.ProductVersion,
        });
    }
}
