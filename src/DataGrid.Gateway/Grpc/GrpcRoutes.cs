using System.Globalization;
using DataGrid.Contracts.Errors;
using DataGrid.Gateway.Http;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace DataGrid.Gateway.Grpc;

/// <summary>Marks an endpoint that is a method of a gRPC service.</summary>
/// <param name="Method">Which.</param>
internal sealed record GrpcMethod(MethodDescriptor Method);

/// <summary>
/// Makes endpoints of the methods of a service, so that routing, access, idempotency and audit are those of REST. Every method of the service must be given its work:
/// <see cref="Complete"/> says which was not.
/// </summary>
internal sealed class GrpcRoutes(IEndpointRouteBuilder routes, ServiceDescriptor service)
{
    private readonly HashSet<string> _mapped = [];

    /// <summary>A method that takes one message and gives one.</summary>
    /// <param name="name">The method.</param>
    /// <param name="parser">Of its request.</param>
    /// <param name="work">What it does; faults become the call's status.</param>
    /// <param name="maxBytes">The longest request; null for the usual limit.</param>
    public IEndpointConventionBuilder Unary<TRequest, TResponse>(string name, MessageParser<TRequest> parser, Func<HttpContext, TRequest, Task<TResponse>> work, Func<GatewayOptions, long>? maxBytes = null)
        where TRequest : class, IMessage<TRequest> where TResponse : IMessage => Map(name, async http =>
    {
        var answer = await work(http, await ReadAsync(http, parser, maxBytes));
        GrpcAnswer.Begin(http);
        await GrpcFrames.WriteAsync(http, answer);
    });

    /// <summary>A method that takes one message and gives any number.</summary>
    public IEndpointConventionBuilder Stream<TRequest>(string name, MessageParser<TRequest> parser, Func<HttpContext, TRequest, Func<IMessage, Task>, Task> work) where TRequest : class, IMessage<TRequest> =>
        Map(name, async http =>
        {
            var request = await ReadAsync(http, parser, null);
            await work(http, request, message => SendAsync(http, message));
        });

    /// <summary>A method that answers each message that it gets, at its own address and perhaps at an older one.</summary>
    /// <param name="name">The method.</param>
    /// <param name="parser">Of its requests.</param>
    /// <param name="answer">The answer to one.</param>
    /// <param name="address">Where else than at its own address.</param>
    public IEndpointConventionBuilder Duplex<TRequest>(string name, MessageParser<TRequest> parser, Func<TRequest, IMessage> answer, string? address = null) where TRequest : class, IMessage<TRequest> => Map(name, async http =>
    {
        // The client may be silent for as long as it likes.
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        var limit = http.RequestServices.GetRequiredService<GatewayOptions>().MaxMessageBytes;
        while (await GrpcFrames.ReadAsync(http, parser, limit) is { } request) await SendAsync(http, answer(request));
        if (!http.Response.HasStarted) GrpcAnswer.Begin(http);
    }, address);

    /// <summary>Says which methods have no work.</summary>
    /// <exception cref="InvalidOperationException">There are some.</exception>
    public void Complete()
    {
        if (service.Methods.Where(method => !_mapped.Contains(method.Name)).Select(static method => method.FullName).ToList() is { Count: > 0 } missing)
            throw new InvalidOperationException($"nothing answers {string.Join(", ", missing)}");
    }

    private IEndpointConventionBuilder Map(string name, Func<HttpContext, Task> work, string? address = null)
    {
        var method = service.FindMethodByName(name) ?? throw new InvalidOperationException($"{service.FullName} has no method {name}");
        _mapped.Add(name);
        return routes.MapPost(address ?? $"/{service.FullName}/{name}", http => AnswerAsync(http, work)).WithMetadata(new GrpcMethod(method)).ExcludeFromDescription();
    }

    /// <summary>Carries out a call. The deadline and the client's going away are one token to all below, and told apart here.</summary>
    internal static async Task AnswerAsync(HttpContext http, Func<HttpContext, Task> work)
    {
        CheckProtocol(http);
        var clock = http.RequestServices.GetRequiredService<TimeProvider>();
        var gone = http.RequestAborted;
        using var deadline = GrpcDeadline.Of(http) is { } left ? new CancellationTokenSource(left, clock) : new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(gone, deadline.Token);
        http.RequestAborted = stop.Token;
        try
        {
            await work(http);
        }
        catch (Exception) when (deadline.IsCancellationRequested && !gone.IsCancellationRequested)
        {
            throw ApiFaults.Of(ErrorCodes.DeadlineExceeded, "the call took longer than its deadline", "give it more time, or ask for less; what it had made stands");
        }
        finally
        {
            http.RequestAborted = gone;
        }
        GrpcAnswer.Succeed(http);
    }

    private static void CheckProtocol(HttpContext http)
    {
        if (!GrpcAnswer.Asks(http) || http.Request.ContentType!.Contains('+', StringComparison.Ordinal) && !http.Request.ContentType.Contains("+proto", StringComparison.OrdinalIgnoreCase))
            throw ApiFaults.Of(ErrorCodes.MediaTypeUnsupported, $"a call cannot be sent as {http.Request.ContentType ?? "nothing stated"}", "send application/grpc, with messages of protocol buffers");
        if (!HttpProtocol.IsHttp2(http.Request.Protocol)) throw ApiFaults.Of(ErrorCodes.MediaTypeUnsupported, $"a call cannot come by {http.Request.Protocol}", "use HTTP/2");
        if (http.Request.Headers["grpc-encoding"] is [{ } encoding] && encoding != "identity")
            throw ApiFaults.Of(ErrorCodes.CompressionUnsupported, string.Create(CultureInfo.InvariantCulture, $"messages packed as {encoding} are not taken"), "send them unpacked; grpc-accept-encoding says what is taken");
    }

    private static Task<TRequest> ReadAsync<TRequest>(HttpContext http, MessageParser<TRequest> parser, Func<GatewayOptions, long>? maxBytes) where TRequest : class, IMessage<TRequest>
    {
        var options = http.RequestServices.GetRequiredService<GatewayOptions>();
        return GrpcFrames.ReadOnlyAsync(http, parser, maxBytes?.Invoke(options) ?? options.MaxMessageBytes);
    }

    private static async Task SendAsync(HttpContext http, IMessage message)
    {
        if (!http.Response.HasStarted) GrpcAnswer.Begin(http);
        await GrpcFrames.WriteAsync(http, message);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
