using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;

namespace DataGrid.Silo.Owner;

/// <summary>
/// Asks the process that owns a root, or one of the silos that share it: one after the other, the one that answered last first.
/// Invariant: a request that may not be carried out twice is sent to the next only when nobody has received it.
/// </summary>
public sealed class OwnerClient(string root, OwnerClientOptions options, TimeProvider clock)
{
    private string? _last;

    /// <summary>Asks once.</summary>
    /// <returns>The answer; null when no process listens there.</returns>
    /// <exception cref="DataGridException">Processes listen and none answers in time, or one has the request, did not answer, and may not be asked twice.</exception>
    public async Task<OwnerReply?> AskAsync(OwnerRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var silent = 0;
        foreach (var path in OwnerAddress.ListenersOf(root).OrderBy(path => path != _last))
        {
            var (outcome, reply) = await AskOneAsync(path, request, cancellationToken);
            if (outcome == AskOutcome.Answered)
            {
                _last = path;
                return reply;
            }
            if (outcome == AskOutcome.Unanswered && !IsRepeatable(request)) throw new DataGridException(Unknown(request));
            if (outcome != AskOutcome.Absent) silent++;
        }
        return silent == 0 ? null : throw new DataGridException(Silent(silent));
    }

    /// <summary>What only reads, and what does nothing the second time. A run that names itself is started once, however often it is submitted.</summary>
    private static bool IsRepeatable(OwnerRequest request) => request.DryRun || request.Command switch
    {
        OwnerCommand.Submit => request.Request?.Run is not null,
        // Between the first and the second somebody else may have changed the table.
        OwnerCommand.Rollback => false,
        _ => true,
    };

    private async Task<(AskOutcome Outcome, OwnerReply? Reply)> AskOneAsync(string path, OwnerRequest request, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.ConnectTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var isSent = false;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), either.Token);
            await using var stream = new NetworkStream(socket);
            limit.CancelAfter(options.FirstAnswerTimeout);
            isSent = true;
            await stream.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(request with { WantsSignsOfLife = true }, DataGridJson.Options) + "\n"), either.Token);
            var lines = new OwnerLines(stream);
            while (await lines.ReadAsync(either.Token) is { } line)
            {
                // An empty line says that it lives and works.
                if (line.Length > 0) return (AskOutcome.Answered, JsonSerializer.Deserialize<OwnerReply>(line, DataGridJson.Options));
                limit.CancelAfter(options.IdleTimeout);
            }
            return (AskOutcome.Unanswered, null);
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            return (isSent ? AskOutcome.Unanswered : AskOutcome.Absent, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (isSent ? AskOutcome.Unanswered : AskOutcome.Busy, null);
        }
    }

    private Problem Silent(int count) => new()
    {
        Code = ErrorCodes.StoreUnavailable,
        Message = count == 1 ? $"the process that works on {root} does not answer" : $"none of the {count} silos that run on {root} answers",
        Help = "it may be paused, stopping or out of memory: look at it and at its log, end it if it hangs, and try again",
    };

    private Problem Unknown(OwnerRequest request) => new()
    {
        Code = ErrorCodes.StoreUnavailable,
        Message = $"the process that works on {root} was asked and did not answer: whether it has done what was asked is not known",
        Help = request.Dataset is { } dataset ? $"look at datagrid history {dataset} before you try again" : "look at datagrid runs before you try again",
    };

    private enum AskOutcome
    {
        /// <summary>Nobody listens.</summary>
        Absent,
        /// <summary>Somebody listens and lets nobody in: the request was not sent.</summary>
        Busy,
        /// <summary>It may have the request.</summary>
        Unanswered,
        Answered,
    }
}
