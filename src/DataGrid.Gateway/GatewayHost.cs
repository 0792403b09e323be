using DataGrid.Contracts.Errors;
using DataGrid.Core.Datasets;
using DataGrid.Gateway.Access;
using DataGrid.Gateway.Datasets;
using DataGrid.Gateway.Grpc;
using DataGrid.Gateway.Http;
using DataGrid.Gateway.Lineage;
using DataGrid.Gateway.Pipelines;
using DataGrid.Gateway.Runs;
using DataGrid.Gateway.Silos;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace DataGrid.Gateway;

/// <summary>Puts the gateway into a web host: first its services, then its endpoints.</summary>
public static class GatewayHost
{
    /// <summary>Where the API begins.</summary>
    public const string ApiPath = "/api/v1";

    /// <summary>Adds what the endpoints need.</summary>
    /// <exception cref="DataGridException">An option is wrong.</exception>
    public static IServiceCollection AddGateway(this IServiceCollection services, GatewayOptions options, WorkspacePorts ports)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(ports);
        if (options.Validate().ToArray() is { Length: > 0 } wrong)
            throw new DataGridException(new Problem { Code = ErrorCodes.UsageInvalid, Message = string.Join("; ", wrong), Help = "correct the option" });
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options).AddSingleton(ports);
        services.AddSingleton(provider => new KeyStore(ports.Store, new WorkspacePaths(ports.Workspace), provider.GetRequiredService<TimeProvider>(), options.KeyCache));
        services.AddSingleton(provider => new AuditLog(Path.Combine(ports.StateFolder, "audit"), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AuditLog>>()));
        if (options.Issuer is not null) services.AddSingleton<JwtIssuer>().AddSingleton<JwtValidator>();
        services.AddSingleton<MovingGrains>().AddSingleton<ProjectSweeper>().AddSingleton<PipelineService>().AddSingleton<RunQueries>().AddSingleton<EventStreams>().AddSingleton<DatasetService>().AddSingleton<ResultWriter>().AddSingleton<LineageService>();
        services.AddRouting();
        services.AddApiDescription();
        services.Configure<RouteHandlerOptions>(static handlers => handlers.ThrowOnBadRequest = true);
        return services;
    }

    /// <summary>Adds the endpoints, and what stands before them.</summary>
    public static void UseGateway(this IApplicationBuilder app, IEndpointRouteBuilder routes)
    {
        app.UseMiddleware<FaultMiddleware>();
        app.UseMiddleware<BrowserGuard>();
        app.UseRouting();
        app.UseMiddleware<AccessMiddleware>();
        app.UseMiddleware<Idempotency>();
        var api = routes.MapGroup(ApiPath).RefusesUnknownParameters();
        MeEndpoints.Map(api);
        PipelineEndpoints.Map(api);
        RunEndpoints.Map(api);
        DatasetEndpoints.Map(api);
        QueryEndpoints.Map(api);
        LineageEndpoints.Map(api);
        ClusterEndpoints.Map(api);
        KeyEndpoints.Map(api);
        GrpcServices.Map(routes);
        routes.MapApiDescription();
    }
}
