using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Silo.Cluster;

namespace DataGrid.Silo.Owner;

/// <summary>Asks the process that owns a root, or one of the silos that share it.</summary>
public static class OwnerClient
{
    /// <summary>Asks; null when no process listens there.</summary>
    public static async Task<OwnerReply?> AskAsync(string root, OwnerRequest request, CancellationToken cancellationToken)
    {
        // Silos of one root answer alike: the first that is there will do.
        foreach (var silo in (ClusterFile.Read(root)?.Silos.Select(static silo => (string?)silo.Name) ?? []).Prepend(null))
        {
            if (await AskOneAsync(OwnerAddress.Of(root, silo), request, cancellationToken) is { } reply) return reply;
        }
        return null;
    }

    private static async Task<OwnerReply?> AskOneAsync(string path, OwnerRequest request, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(request, DataGridJson.Options) + "\n"), cancellationToken);
            var line = await OwnerAddress.ReadLineAsync(stream, cancellationToken);
            return line is null ? null : JsonSerializer.Deserialize<OwnerReply>(line, DataGridJson.Options);
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            return null;
        }
    }
}

/// <summary>The silos of a root in other processes. A run goes on when whoever asked for it goes away.</summary>
/// <param name="root">The root.</param>
/// <param name="clock">Paces the attempts to find a silo again.</param>
public sealed class RemoteSilos(string root, TimeProvider clock) : IRunService
{
    private const int Tries = 60;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether somebody answers there.</summary>
    public async Task<bool> AreThereAsync(CancellationToken cancellationToken) =>
        await OwnerClient.AskAsync(root, new OwnerRequest { Command = OwnerCommand.GetRun, Run = RunId.Create(clock.GetUtcNow(), 0) }, cancellationToken) is not null;

    /// <inheritdoc/>
    public async Task<SubmitOutcome> SubmitAsync(PipelineSpec spec, RunRequest request)
    {
        // Asked once: whether a submit whose answer is lost has started a run is not known here.
        var reply = await OwnerClient.AskAsync(root, new OwnerRequest { Command = OwnerCommand.Submit, Spec = spec, Request = request }, CancellationToken.None);
        if (reply?.Submitted is { } outcome) return outcome;
        return new SubmitOutcome(null, [reply?.Problem ?? NobodyThere()]);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RunEventPage> WatchAsync(RunId run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long after = 0; ;)
        {
            var page = (await AskAsync(new OwnerRequest { Command = OwnerCommand.ReadEvents, Run = run, After = after }, cancellationToken)).Events!;
            yield return page;
            if (page.IsComplete) yield break;
            if (page.Events.Length > 0) after = page.Events[^1].Sequence;
        }
    }

    /// <inheritdoc/>
    public async Task<RunRecord?> GetRunAsync(RunId run) => (await AskAsync(new OwnerRequest { Command = OwnerCommand.GetRun, Run = run }, CancellationToken.None)).Record;

    /// <inheritdoc/>
    public async Task<CancelOutcome> CancelAsync(RunId run, string reason) =>
        (await AskAsync(new OwnerRequest { Command = OwnerCommand.Cancel, Run = run, Reason = reason }, CancellationToken.None)).Cancel!.Value;

    /// <summary>What only reads, and a cancel, may be asked again: of another silo while one is away.</summary>
    private async Task<OwnerReply> AskAsync(OwnerRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var reply = await OwnerClient.AskAsync(root, request, cancellationToken);
            if (reply is { Problem: null }) return reply;
            if (attempt == Tries) throw new DataGridException(reply?.Problem ?? NobodyThere());
            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    private Problem NobodyThere() => new()
    {
        Code = ErrorCodes.StoreUnavailable,
        Message = $"no silo answers for {root}",
        Help = "start them with datagrid up, and look at datagrid runs to see whether the run was started",
    };
}
