using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Storage;
using DataGrid.Core.Datasets;
using DataGrid.Gateway.Access;
using DataGrid.Gateway.Grpc;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace DataGrid.Gateway.Http;

/// <summary>What is kept of a request that brought an <c>Idempotency-Key</c>.</summary>
internal sealed record RequestRecord
{
    /// <summary>SHA-256 of the body and its type.</summary>
    public required string Body { get; init; }

    /// <summary>When it came, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The run that it starts, if it starts one: chosen before, so that doing it again starts nothing new.</summary>
    public required RunId Run { get; init; }

    /// <summary>The status of its answer; null until there is one.</summary>
    public int? Status { get; init; }

    /// <summary>Whether it could not be answered: whoever sends it again need not wait.</summary>
    public bool HasFailed { get; init; }

    /// <summary>The answer's <c>Location</c>.</summary>
    public string? Location { get; init; }

    /// <summary>The answer's type.</summary>
    public string? ContentType { get; init; }

    /// <summary>The answer.</summary>
    public byte[]? Content { get; init; }
}

/// <summary>
/// A request that makes something may be sent again with the same <c>Idempotency-Key</c>: it gets the answer of the first. Invariants: the record is put before anything is
/// made, and of any number of equal requests exactly one puts it, on whatever silo; a request that failed is carried out again at once, and one whose silo died before it had an answer after a while, which
/// makes nothing twice: a run has its id from the record, a project is kept by its content, and a rollback twice is a rollback.
/// </summary>
internal sealed class Idempotency(RequestDelegate next, WorkspacePorts ports, GatewayOptions options, TimeProvider clock, ILogger<Idempotency> logger)
{
    public const string Header = "Idempotency-Key";
    public const string ReplayedHeader = "Idempotency-Replayed";

    private const int MaxKeyLength = 255;
    private static readonly TimeSpan SweepEvery = TimeSpan.FromHours(1);

    /// <summary>After so long a request without an answer counts as one whose silo died; longer than any of them takes.</summary>
    private static readonly TimeSpan LostAfter = TimeSpan.FromMinutes(2);
    private static readonly object RunItem = new();

    private readonly WorkspacePaths _paths = new(ports.Workspace);
    private DateTimeOffset _sweptAt = clock.GetUtcNow();

    /// <summary>The id for a run that a request starts: that of its record, else a new one.</summary>
    public static RunId RunOf(HttpContext http, TimeProvider clock) => http.Items[RunItem] as RunId? ?? NewRun(clock);

    /// <summary>Handles one request.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<MakesThings>() is null || http.Request.Headers[Header] is not [{ } key, ..])
        {
            await next(http);
            return;
        }
        if (key.Length is 0 or > MaxKeyLength || !key.All(static c => c is > ' ' and <= '~'))
            throw ApiFaults.Usage($"the {Header} is not one", $"give 1 to {MaxKeyLength} visible ASCII characters, for example a UUID");
        var path = _paths.Request(Digest($"{Caller.Of(http).Id}\n{http.Request.Method}\n{(http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText}\n{http.Request.Path}\n{key}"));
        var record = new RequestRecord { Body = await BodyDigestAsync(http), At = clock.GetUtcNow(), Run = NewRun(clock) };
        if (await ClaimAsync(path, record, http.RequestAborted) is not { } earlier) await AnswerAsync(http, path, record);
        else if (earlier.Body == record.Body && earlier.Status is null && (earlier.HasFailed || record.At - earlier.At > LostAfter)) await AnswerAsync(http, path, earlier with { HasFailed = false });
        else await ReplayAsync(http, earlier, record);
        await SweepAsync(http.RequestAborted);
    }

    /// <returns>The record of an earlier request; null when this is the first.</returns>
    private async Task<RequestRecord?> ClaimAsync(ObjectPath path, RequestRecord record, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await ports.Store.PutIfAbsentAsync(path, Bytes(record), cancellationToken) == PutOutcome.Created) return null;
            if (await ports.Store.ReadAsync(path, cancellationToken) is not { } bytes) continue;
            var earlier = JsonSerializer.Deserialize<RequestRecord>(bytes, DataGridJson.Options)!;
            if (clock.GetUtcNow() - earlier.At < options.IdempotencyLifetime) return earlier;
            await ports.Store.DeleteAsync(path, cancellationToken);
        }
    }

    private async Task AnswerAsync(HttpContext http, ObjectPath path, RequestRecord record)
    {
        var outside = http.Response.Body;
        using var answer = new MemoryStream();
        http.Response.Body = answer;
        http.Items[RunItem] = record.Run;
        try
        {
            await next(http);
            http.Response.Body = outside;
            await KeepAsync(path, record with
            {
                Status = http.Response.StatusCode,
                Location = http.Response.Headers.Location.ToString() is { Length: > 0 } location ? location : null,
                ContentType = http.Response.ContentType,
                Content = answer.ToArray(),
            });
        }
        catch (Exception fault)
        {
            http.Response.Body = outside;
            // A refusal has made nothing, and a request that is mended may use its key again.
            if (IsRefusal(fault)) await ForgetAsync(path);
            else await KeepAsync(path, record with { HasFailed = true });
            throw;
        }
        answer.Position = 0;
        await answer.CopyToAsync(outside, http.RequestAborted);
    }

    private static async Task ReplayAsync(HttpContext http, RequestRecord earlier, RequestRecord record)
    {
        if (earlier.Body != record.Body)
            throw ApiFaults.Of(ErrorCodes.IdempotencyMismatch, $"the {Header} was used before with another body", "use a new key for a new request");
        if (earlier.Status is not { } status)
        {
            http.Response.Headers.RetryAfter = "1";
            await ProblemAnswer.WriteAsync(http, new Problem
            {
                Code = ErrorCodes.IdempotencyUnsettled, Message = $"the first request with that {Header} goes on, or its silo died", Help = "send it again after a moment; what was lost is carried out after two minutes",
            });
            return;
        }
        http.Response.StatusCode = status;
        http.Response.Headers[ReplayedHeader] = "true";
        if (GrpcAnswer.Asks(http)) GrpcAnswer.Succeed(http);
        if (earlier.Location is { } location) http.Response.Headers.Location = location;
        http.Response.ContentType = earlier.ContentType;
        await http.Response.Body.WriteAsync(earlier.Content ?? [], http.RequestAborted);
    }

    // What was made stands: that its record cannot be completed is no reason to tell the client that it failed.
    private async Task KeepAsync(ObjectPath path, RequestRecord record)
    {
        try
        {
            await ports.Store.PutAsync(path, Bytes(record), CancellationToken.None);
        }
        catch (ObjectStoreException fault)
        {
            GatewayLog.RecordNotKept(logger, fault);
        }
    }

    private async Task ForgetAsync(ObjectPath path)
    {
        try
        {
            await ports.Store.DeleteAsync(path, CancellationToken.None);
        }
        catch (ObjectStoreException fault)
        {
            GatewayLog.RecordNotKept(logger, fault);
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (now - _sweptAt < SweepEvery) return;
        _sweptAt = now;
        var old = new List<ObjectPath>();
        await foreach (var entry in ports.Store.ListAsync(_paths.Requests, ListScope.Folder, cancellationToken))
            if (now - entry.LastModified > options.IdempotencyLifetime + SweepEvery) old.Add(entry.Path);
        if (old.Count > 0) await ports.Store.DeleteManyAsync(old, cancellationToken);
    }

    private static bool IsRefusal(Exception fault) => fault is ProblemsException or DataGridException { Problem.Kind.Domain: ErrorDomain.User };

    private async Task<string> BodyDigestAsync(HttpContext http)
    {
        http.Request.EnableBuffering(bufferThreshold: 256 << 10, bufferLimit: options.MaxBundleBytes + 1);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{http.Request.QueryString}\n"));
        var buffer = new byte[81920];
        try
        {
            for (int read; (read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0;) hash.AppendData(buffer, 0, read);
        }
        catch (IOException)
        {
            throw ApiFaults.TooLarge(options.MaxBundleBytes);
        }
        http.Request.Body.Position = 0;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static RunId NewRun(TimeProvider clock) => RunId.Create(clock.GetUtcNow(), BinaryPrimitives.ReadUInt32LittleEndian(RandomNumberGenerator.GetBytes(sizeof(uint))));

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 20));

    private static byte[] Bytes(RequestRecord record) => JsonSerializer.SerializeToUtf8Bytes(record, DataGridJson.Options);
}
