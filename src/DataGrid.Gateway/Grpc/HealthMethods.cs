using DataGrid.Contracts.Errors;
using DataGrid.Gateway.Access;
using DataGrid.Gateway.Grpc.Wire;
using DataGrid.Gateway.Http;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DataGrid.Gateway.Grpc;

/// <summary><c>grpc.health.v1.Health</c>: the same as <c>/readyz</c>, for each service alike.</summary>
internal static class HealthMethods
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var health = new GrpcRoutes(routes, HealthReflection.Descriptor.Services[0]);
        health.Unary("Check", HealthCheckRequest.Parser, CheckAsync).IsOpen();
        health.Stream("Watch", HealthCheckRequest.Parser, WatchAsync).IsOpen();
        health.Complete();
    }

    private static async Task<HealthCheckResponse> CheckAsync(HttpContext http, HealthCheckRequest request)
    {
        if (!IsKnown(request.Service)) throw ApiFaults.Of(ErrorCodes.ServiceUnknown, $"there is no service '{request.Service}'", "ask by reflection for what there is");
        return new HealthCheckResponse { Status = await StatusAsync(http) };
    }

    private static async Task WatchAsync(HttpContext http, HealthCheckRequest request, Func<IMessage, Task> send)
    {
        var clock = http.RequestServices.GetRequiredService<TimeProvider>();
        // A server that stops says so and closes, and does not wait for who watches.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        var known = IsKnown(request.Service);
        var told = HealthCheckResponse.Types.ServingStatus.Unknown;
        try
        {
            while (true)
            {
                var now = known ? await StatusAsync(http) : HealthCheckResponse.Types.ServingStatus.ServiceUnknown;
                if (now != told) await send(new HealthCheckResponse { Status = told = now });
                await Task.Delay(LookEvery, clock, stop.Token);
            }
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            await send(new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.NotServing });
        }
    }

    private static bool IsKnown(string service) => service.Length == 0 || GrpcServices.All.Any(known => known.FullName == service);

    private static async Task<HealthCheckResponse.Types.ServingStatus> StatusAsync(HttpContext http) =>
        await http.RequestServices.GetRequiredService<WorkspacePorts>().IsReadyAsync() ? HealthCheckResponse.Types.ServingStatus.Serving : HealthCheckResponse.Types.ServingStatus.NotServing;
}
