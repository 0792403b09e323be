using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataGrid.FakeS3;

/// <summary>A server that speaks the part of S3 that DataGrid uses, strictly: signatures, checksums, conditions and parts are checked. One bucket, in memory, path style.</summary>
public sealed class FakeS3Server : IAsyncDisposable
{
    public const string AccessKey = "fake-access-key";
    public const string SecretKey = "fake-secret-key-of-nobody";
    public const string Region = "eu-test-1";

    private const long LargestBody = 1L << 30;

    private readonly WebApplication _app;
    private int _requests = -1;

    private FakeS3Server(WebApplication app, string bucket, TimeProvider clock) => (_app, Bucket, Clock, Content) = (app, bucket, clock, new FakeBucket(clock));

    public string Bucket { get; }

    public FakeBucket Content { get; }

    /// <summary>Where it listens.</summary>
    public string Endpoint { get; private set; } = "";

    /// <summary>The server's clock; another one makes requests look too old.</summary>
    public TimeProvider Clock { get; set; }

    /// <summary>What goes wrong with which request; null for nothing.</summary>
    public Func<FakeRequest, FakeFault?> Fault { get; set; } = static _ => null;

    /// <summary>All requests that came, in the order in which they did.</summary>
    public ConcurrentQueue<FakeRequest> Requests { get; } = new();

    /// <summary>The most keys on a page of a list.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>Ends when the process is asked to stop.</summary>
    public Task Stopped => _app.WaitForShutdownAsync();

    public static async Task<FakeS3Server> StartAsync(string bucket = "lake", int port = 0, TimeProvider? clock = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.AddServerHeader = false;
        });
        var app = builder.Build();
        var server = new FakeS3Server(app, bucket, clock ?? TimeProvider.System);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Endpoint = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var call = S3Call.Of(context.Request);
        var request = new FakeRequest(call.Operation, call.Key, Interlocked.Increment(ref _requests), context.Request.Headers.IfNoneMatch == "*");
        Requests.Enqueue(request);
        var fault = Fault(request);
        if (fault is { HoldsUntilGivenUp: true })
        {
            await WaitForHangUpAsync(context);
            return;
        }
        if (fault is { IsApplied: false })
        {
            await FailAsync(context, fault);
            return;
        }
        try
        {
            var signature = SignatureCheck.Of(context.Request, AccessKey, SecretKey, Region, Clock.GetUtcNow());
            if (call.Bucket != Bucket) throw new S3RefusedException(404, "NoSuchBucket");
            var content = await BodyReader.ReadAsync(context.Request, signature);
            var reply = S3Operations.Run(Content, call, context.Request, content, PageSize);
            if (fault is null) await reply.WriteAsync(context.Response);
            else await FailAsync(context, fault);
        }
        catch (S3RefusedException refusal)
        {
            if (fault is null) await S3Reply.Refusal(refusal.Status, refusal.Code, call.Key).WriteAsync(context.Response);
            else await FailAsync(context, fault);
        }
    }

    private static async Task FailAsync(HttpContext context, FakeFault fault)
    {
        if (fault.Status == 0) context.Abort();
        else await S3Reply.Refusal(fault.Status, fault.Code, "").WriteAsync(context.Response);
    }

    private static async Task WaitForHangUpAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (context.RequestAborted.Register(gone.SetResult)) await gone.Task;
    }
}
