using System.Runtime.CompilerServices;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;

namespace DataGrid.Silo.Owner;

/// <summary>The silos of a root in other processes. A run goes on when whoever asked for it goes away, and one that is asked for twice is started once.</summary>
/// <param name="root">The root.</param>
/// <param name="options">How long to wait for them.</param>
/// <param name="clock">Paces the attempts to find a silo again.</param>
public sealed class RemoteSilos(string root, OwnerClientOptions options, TimeProvider clock) : IRunService
{
    private readonly OwnerClient _client = new(root, options, clock);

    /// <summary>Whether somebody answers there.</summary>
    /// <exception cref="DataGridException">Somebody is there, and does not answer.</exception>
    public async Task<bool> AreThereAsync(CancellationToken cancellationToken) =>
        await _client.AskAsync(new OwnerRequest { Command = OwnerCommand.GetRun, Run = RunId.Create(clock.GetUtcNow(), 0) }, cancellationToken) is not null;

    /// <inheritdoc/>
    public async Task<SubmitOutcome> SubmitAsync(PipelineSpec spec, RunRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        // The run's id is made here: whoever is asked second finds that it was started.
        var named = request with { Run = request.Run ?? RunId.Create(clock.GetUtcNow(), (uint)Random.Shared.NextInt64(uint.MaxValue)) };
        try
        {
            var reply = await AskAsync(new OwnerRequest { Command = OwnerCommand.Submit, Spec = spec, Request = named }, CancellationToken.None);
            return reply.Submitted!;
        }
        catch (DataGridException fault)
        {
            return new SubmitOutcome(null, [fault.Problem]);
        }
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

    /// <summary>All that is asked here may be asked again: of another silo while one is away.</summary>
    private async Task<OwnerReply> AskAsync(OwnerRequest request, CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        while (true)
        {
            var (reply, obstacle) = await TryAsync(request, cancellationToken);
            if (obstacle is null) return reply!;
            // A command and a silo of different versions do not come to understand each other.
            if (obstacle.Code == ErrorCodes.UsageInvalid || clock.GetElapsedTime(begun) >= options.Patience) throw new DataGridException(obstacle);
            await Task.Delay(options.Pause, clock, cancellationToken);
        }
    }

    private async Task<(OwnerReply? Reply, Problem? Obstacle)> TryAsync(OwnerRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await _client.AskAsync(request, cancellationToken);
            return reply is null ? (null, NobodyThere()) : (reply, reply.Problem ?? Passing(reply.Submitted));
        }
        catch (DataGridException fault)
        {
            return (null, fault.Problem);
        }
    }

    /// <summary>Why a submit was refused, when that may pass by itself: the pipeline's silo is being replaced, or a store is away for a moment.</summary>
    private static Problem? Passing(SubmitOutcome? submitted) =>
        submitted is { Run: null, Problems: [{ } first, ..] } && submitted.Problems.All(static why => ErrorCodes.Find(why.Code).Retry == RetryHint.Retry) ? first : null;

    private Problem NobodyThere() => new()
    {
        Code = ErrorCodes.StoreUnavailable,
        Message = $"no silo of this machine answers for {root}",
        Help = "start them with datagrid up, and look at datagrid runs to see whether the run was started",
    };
}
