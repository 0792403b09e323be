using System.Globalization;
using System.Threading.RateLimiting;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Errors;
using DataGrid.Gateway.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Logging;

namespace DataGrid.Gateway.Access;

/// <summary>
/// Who asks, whether they may, and how often. Deny by default: an endpoint that says neither whom it needs nor that it is open answers nobody. The workspace of a request
/// is what its <c>DataGrid-Workspace</c> header says, else the one that is served; to a key that has nothing to do with it, it does not exist.
/// </summary>
internal sealed class AccessMiddleware(RequestDelegate next, WorkspacePorts ports, GatewayOptions options, KeyStore keys, AuditLog audit, ILogger<AccessMiddleware> logger, JwtValidator? tokens = null) : IDisposable
{
    /// <summary>Names the workspace.</summary>
    public const string WorkspaceHeader = "DataGrid-Workspace";

    private const string Scheme = "Bearer ";

    private readonly PartitionedRateLimiter<string> _rates = PartitionedRateLimiter.Create<string, string>(caller => RateLimitPartition.GetTokenBucketLimiter(caller, _ => new TokenBucketRateLimiterOptions
    {
        TokenLimit = options.RequestBurst,
        TokensPerPeriod = Math.Max(1, options.RequestsPerSecond / 10),
        ReplenishmentPeriod = TimeSpan.FromMilliseconds(options.RequestsPerSecond >= 10 ? 100 : 1000),
        QueueLimit = 0,
    }));

    /// <summary>Handles one request.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<NeedsRole>() is not { } needs)
        {
            if (http.GetEndpoint() is { } bare && bare.Metadata.GetMetadata<OpenToAll>() is null && bare.RequestDelegate is not null && bare.Metadata.Count > 0)
            {
                await RefuseAsync(http, null, new Problem { Code = ErrorCodes.Forbidden, Message = "the endpoint does not say whom it answers", Help = "this is a bug; please report it" });
                return;
            }
            await next(http);
            return;
        }
        var (caller, problem) = await CallerAsync(http, needs.Role, endpoint);
        // Who guesses keys is counted by where the guesses come from, and past the limit fills no log.
        var counted = caller?.Id ?? $"from:{http.Connection.RemoteIpAddress}";
        if ((problem is null || caller is null) && options.NeedsKeys && !IsInTime(http, counted)) problem = new Problem { Code = ErrorCodes.RateLimited, Message = "there are too many requests with this key, or from this address", Help = "wait as long as Retry-After says" };
        if (problem is not null)
        {
            await RefuseAsync(http, caller, problem);
            return;
        }
        http.Features.Set(caller);
        if (endpoint.Metadata.GetMetadata<ChangesThings>() is not { } changes) await next(http);
        else await AuditedAsync(http, caller!, changes);
    }

    /// <inheritdoc/>
    public void Dispose() => _rates.Dispose();

    private async Task AuditedAsync(HttpContext http, Caller caller, ChangesThings changes)
    {
        var outcome = ErrorCodes.Internal;
        try
        {
            await next(http);
            outcome = http.Response.StatusCode < 400 ? "done" : http.Response.StatusCode.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception fault)
        {
            outcome = fault is ProblemsException several ? several.Problems[0].Code : FaultProblems.From(fault).Code;
            throw;
        }
        finally
        {
            audit.Write(http, caller, changes.What, outcome);
        }
    }

    private async Task<(Caller? Caller, Problem? Problem)> CallerAsync(HttpContext http, Role needed, Endpoint endpoint)
    {
        var caller = Caller.Local;
        if (options.NeedsKeys)
        {
            if (await OpenAsync(http) is not { } opened) return (null, Unauthenticated());
            caller = new Caller(opened.Name, opened.Role ?? Role.Viewer, opened.Key);
            if (opened.Role is null) return (caller, UnknownWorkspace(http));
        }
        if (WorkspaceOf(http) != ports.Workspace.Value) return (caller, UnknownWorkspace(http));
        if (caller.Role < needed)
            return (caller, new Problem { Code = ErrorCodes.Forbidden, Message = $"'{caller.Name}' is {Word(caller.Role)} in this workspace", Help = $"this needs {Word(needed)}" });
        var scope = ScopeOf(endpoint);
        if (caller.Key is { Scopes.IsEmpty: false } scoped && !scoped.Scopes.Contains(scope, StringComparer.Ordinal) && scope != "me")
            return (caller, new Problem { Code = ErrorCodes.Forbidden, Message = $"the key '{caller.Name}' is for {string.Join(", ", scoped.Scopes)} only", Help = $"this needs the scope {scope}" });
        return (caller, null);
    }

    /// <summary>Who brings a key or a token that is good, and their role in the workspace that is served.</summary>
    private async Task<(string Name, Role? Role, ApiKey? Key)?> OpenAsync(HttpContext http)
    {
        if (http.Request.Headers.Authorization is not [{ } said] || !said.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var text = said[Scheme.Length..].Trim();
        if (!text.StartsWith(KeyText.Prefix, StringComparison.Ordinal))
            return tokens is not null && await tokens.OpenAsync(text, ports.Workspace, http.RequestAborted) is { } bearer ? (bearer.Name, bearer.Role, null) : null;
        if (await keys.OpenAsync(text, http.RequestAborted) is not { } key) return null;
        await NoteUseAsync(key, http.RequestAborted);
        return (key.Name, key.RoleIn(ports.Workspace), key);
    }

    private async Task NoteUseAsync(ApiKey key, CancellationToken cancellationToken)
    {
        try
        {
            await keys.NoteUseAsync(key, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // That it cannot be noted is no reason to keep somebody out.
            GatewayLog.UseNotNoted(logger, key.Key, fault);
        }
    }

    private bool IsInTime(HttpContext http, string counted)
    {
        using var lease = _rates.AttemptAcquire(counted);
        if (lease.IsAcquired) return true;
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return false;
    }

    private async Task RefuseAsync(HttpContext http, Caller? caller, Problem problem)
    {
        if (problem.Code == ErrorCodes.Unauthenticated) http.Response.Headers.WWWAuthenticate = "Bearer realm=\"datagrid\"";
        if (problem.Code != ErrorCodes.RateLimited) audit.Write(http, caller, "denied", problem.Code);
        await ProblemAnswer.WriteAsync(http, problem);
    }

    private string WorkspaceOf(HttpContext http) => http.Request.Headers[WorkspaceHeader] is [{ } said] ? said : ports.Workspace.Value;

    private Problem UnknownWorkspace(HttpContext http) =>
        new() { Code = ErrorCodes.WorkspaceUnknown, Message = $"there is no workspace {Shown(WorkspaceOf(http))}", Help = $"leave the header {WorkspaceHeader} out, or ask for a key of that workspace" };

    private static string Shown(string text)
    {
        try
        {
            return WorkspaceId.Parse(text).Value;
        }
        catch (FormatException)
        {
            return "of that name";
        }
    }

    private static Problem Unauthenticated() =>
        new() { Code = ErrorCodes.Unauthenticated, Message = "the request brings no key that is good", Help = "send Authorization: Bearer dg_…; an admin makes keys with datagrid keys create, or POST /api/v1/keys" };

    private static string ScopeOf(Endpoint endpoint) => endpoint.Metadata.GetMetadata<ITagsMetadata>()?.Tags is [var tag, ..] ? LowerCase(tag) : "";

    private static string Word(Role role) => LowerCase(role.ToString());

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Globalization", "CA1308:Normalize strings to uppercase", Justification = "words of the API are in lower case")]
    private static string LowerCase(string word) => word.ToLowerInvariant();
}
