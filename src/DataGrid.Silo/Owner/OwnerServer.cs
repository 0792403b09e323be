using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Core.Errors;

namespace DataGrid.Silo.Owner;

/// <summary>Answers other commands of this user about a root that this process owns. A socket that cannot be made is no reason not to run.</summary>
internal sealed class OwnerServer : IAsyncDisposable
{
    /// <summary>How many requests are answered at once: readers of news wait for some.</summary>
    private const int MaxClients = 64;
    private const int EventsPerPage = 200;

    /// <summary>For a request to arrive, and for each piece of an answer to be taken.</summary>
    private static readonly TimeSpan TransferTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NewsWait = TimeSpan.FromSeconds(10);

    private readonly Socket _listener;
    private readonly string _path;
    private readonly WorkspaceCommands _silo;
    private readonly SemaphoreSlim _places = new(MaxClients);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    private OwnerServer(Socket listener, string path, WorkspaceCommands silo)
    {
        (_listener, _path, _silo) = (listener, path, silo);
        _loop = Task.Run(AcceptAsync);
    }

    /// <summary>Listens; null when this machine has no such sockets.</summary>
    public static OwnerServer? Start(string root, WorkspaceCommands silo, string? name = null)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            var path = OwnerAddress.Of(root, name);
            // The root's lock is held, or the name is this silo's alone: whoever made this file before is gone.
            File.Delete(path);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen(8);
            return new OwnerServer(listener, path, silo);
        }
        catch (Exception fault) when (fault is SocketException or IOException or UnauthorizedAccessException or ArgumentException or PlatformNotSupportedException)
        {
            listener.Dispose();
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _loop;
        File.Delete(_path);
        _places.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new HashSet<Task>();
        try
        {
            while (true)
            {
                await _places.WaitAsync(_stopping.Token);
                var client = await _listener.AcceptAsync(_stopping.Token);
                serving.RemoveWhere(static task => task.IsCompleted);
                serving.Add(ServeAsync(client));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // This process stops.
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            using (client) await AnswerOneAsync(client);
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            // The client went away, or this process stops.
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task AnswerOneAsync(Socket client)
    {
        await using var stream = new NetworkStream(client);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        reading.CancelAfter(TransferTimeout);
        if (await new OwnerLines(stream).ReadAsync(reading.Token) is not { } line) return;
        var (request, problem) = Understand(line);
        // Who gave up waiting is gone by now, when this process was paused: then nothing is done.
        if (request is { WantsSignsOfLife: true }) await WriteAsync(stream, "");
        var answer = request is null ? Task.FromResult(new OwnerReply { Problem = problem }) : AnswerAsync(request);
        try
        {
            while (request is { WantsSignsOfLife: true } && !answer.IsCompleted)
            {
                // When there is no answer yet, say so.
                await ((Task)answer).WaitAsync(OwnerAddress.SignsOfLifePeriod).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!answer.IsCompleted) await WriteAsync(stream, "");
            }
        }
        finally
        {
            await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await WriteAsync(stream, JsonSerializer.Serialize(await answer, DataGridJson.Options));
    }

    private async Task WriteAsync(NetworkStream stream, string line)
    {
        using var writing = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        writing.CancelAfter(TransferTimeout);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), writing.Token);
    }

    private static (OwnerRequest? Request, Problem? Problem) Understand(string line)
    {
        try
        {
            return (JsonSerializer.Deserialize<OwnerRequest>(line, DataGridJson.Options), null);
        }
        catch (JsonException)
        {
            return (null, new Problem { Code = ErrorCodes.UsageInvalid, Message = "the request is not understood: the commands are of different versions" });
        }
    }

    private async Task<OwnerReply> AnswerAsync(OwnerRequest request)
    {
        try
        {
            return request switch
            {
                { Command: OwnerCommand.Cancel, Run: { } run } => new OwnerReply { Cancel = await _silo.CancelAsync(run, request.Reason ?? "asked by another command") },
                { Command: OwnerCommand.Rollback, Dataset: { } dataset, Version: { } version } =>
                    new OwnerReply { Maintenance = await _silo.RollbackAsync(dataset, version, request.DryRun) },
                { Command: OwnerCommand.Vacuum, Dataset: { } dataset } =>
                    new OwnerReply { Maintenance = await _silo.VacuumAsync(dataset, request.Retention, request.AllowShort, request.DryRun) },
                { Command: OwnerCommand.Compact, Dataset: { } dataset } => new OwnerReply { Maintenance = await _silo.CompactAsync(dataset, request.DryRun) },
                { Command: OwnerCommand.Submit, Spec: { } spec, Request: { } start } => new OwnerReply { Submitted = await _silo.SubmitAsync(spec, start) },
                { Command: OwnerCommand.ReadEvents, Run: { } run } =>
                    new OwnerReply { Events = await _silo.ReadEventsAsync(run, request.After, EventsPerPage, NewsWait, _stopping.Token) },
                { Command: OwnerCommand.Recover } => new OwnerReply { Recovered = await _silo.RebuildAsync(_stopping.Token) },
                { Command: OwnerCommand.GetRun, Run: { } run } => new OwnerReply { Record = await _silo.GetRunAsync(run) },
                _ => new OwnerReply { Problem = new Problem { Code = ErrorCodes.UsageInvalid, Message = "the request lacks what its command needs" } },
            };
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return new OwnerReply { Problem = FaultProblems.From(fault) };
        }
    }
}
