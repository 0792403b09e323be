using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Silos;
using DataGrid.Contracts.Telemetry;
using DataGrid.Core.Runs;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Runs;

/// <summary>Which tasks wait and who runs what: soft state. Where it begins anew it learns from the workers' heartbeats what runs; tasks that waited are offered again by their
/// stages.</summary>
[GrainType("dispatch"), KeepAlive]
public sealed class DispatchGrain(DispatchOptions options, ISiloStatus silos, TimeProvider clock) : Grain, IDispatchGrain
{
    /// <summary>A worker that has not asked for so long is not shown: longer than any poll and any task's heartbeat.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(2);

    private readonly DispatchQueue _queue = new();
    private readonly Dictionary<string, (WorkerCapacity Capacity, DateTimeOffset At)> _workers = new(StringComparer.Ordinal);
    private TaskCompletionSource _news = New();
    private DateTimeOffset _begun;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _begun = clock.GetUtcNow();
        _queue.BeginAdopting();
        this.RegisterGrainTimer(ExpireLeases, new GrainTimerCreationOptions(options.LeaseCheckEvery, options.LeaseCheckEvery));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Offer(TaskOffer offer)
    {
        _queue.Offer(offer);
        Wake();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<int> Withdraw(RunId run, DatasetName stage)
    {
        var running = _queue.Withdraw(run, stage);
        // It may have been the task that held others back.
        Wake();
        return Task.FromResult(running);
    }

    /// <inheritdoc/>
    public Task Settle(TaskId task, AttemptId winner)
    {
        _queue.Settle(task, winner);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<TaskLease>> Poll(WorkerCapacity worker, TimeSpan wait, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(worker);
        _workers[worker.Worker] = (worker, clock.GetUtcNow());
        var until = clock.GetUtcNow() + (wait < options.LongestPoll ? wait : options.LongestPoll);
        // A worker that is gone must not be given a task.
        while (!cancellationToken.IsCancellationRequested)
        {
            var now = clock.GetUtcNow();
            var leases = _queue.Take(worker, now, static () => AttemptId.Create(Guid.NewGuid()));
            Measures.Leases.Add(leases.Length);
            if (leases.Length > 0 || now >= until) return leases;
            await Task.WhenAny(_news.Task, Task.Delay(until - now, clock, cancellationToken));
        }
        return [];
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<AttemptId>> Heartbeat(string worker, ImmutableArray<AttemptId> attempts, ImmutableArray<HeldAttempt> held) =>
        Task.FromResult(Hear(worker, attempts, held));

    /// <inheritdoc/>
    public Task<DispatchSnapshot> Status()
    {
        var now = clock.GetUtcNow();
        foreach (var gone in _workers.Where(worker => now - worker.Value.At > Forgotten || silos.IsDead(worker.Key)).Select(static worker => worker.Key).ToArray()) _workers.Remove(gone);
        return Task.FromResult(_queue.Snapshot(_workers.Values.Select(static worker => KeyValuePair.Create(worker.Capacity, worker.At))));
    }

    /// <inheritdoc/>
    public Task<DispatchKnowledge> Know(RunId run, DatasetName stage) =>
        Task.FromResult(new DispatchKnowledge { Tasks = _queue.TasksOf(run, stage), IsSettled = clock.GetUtcNow() - _begun >= options.SettleTime });

    /// <inheritdoc/>
    public Task HandBack(AttemptId attempt)
    {
        _queue.HandBack(attempt);
        Wake();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Complete(AttemptId attempt)
    {
        _queue.Complete(attempt);
        // Its slots are free: the task that held others back may fit now.
        Wake();
        return Task.CompletedTask;
    }

    private ImmutableArray<AttemptId> Hear(string worker, ImmutableArray<AttemptId> attempts, ImmutableArray<HeldAttempt> held)
    {
        var now = clock.GetUtcNow();
        if (_workers.TryGetValue(worker, out var known)) _workers[worker] = (known.Capacity, now);
        return _queue.Heartbeat(worker, attempts, held, now);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task ExpireLeases(CancellationToken cancellationToken)
    {
        // A worker that was silent for a whole lease counts as gone.
        if (_queue.IsAdopting && clock.GetUtcNow() - _begun >= options.Lease) _queue.EndAdopting();
        // A silo that is gone for sure is not waited for until its leases run out.
        var lost = _queue.LoseWorkers(silos.IsDead).Length + _queue.Expire(clock.GetUtcNow(), options.Lease, options.UnconfirmedLease).Length;
        if (lost > 0) Wake();
        Measures.LeasesLost.Add(lost);
        Measures.Waiting.Record(_queue.Waiting);
        return Task.CompletedTask;
    }

    private void Wake()
    {
        _news.TrySetResult();
        _news = New();
    }
}

/// <summary>Limits of dispatching.</summary>
public sealed record DispatchOptions
{
    /// <summary>How long an attempt may be silent before its task is given to somebody else.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often leases are looked at.</summary>
    public TimeSpan LeaseCheckEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The same for an attempt of which its worker has not been heard at all: the answer to its poll may have been lost.</summary>
    public TimeSpan UnconfirmedLease { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a dispatcher that has just begun listens to workers before it says that it does not know a task. Longer than a few of their heartbeats.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest that a poll waits. A dispatcher that moves, because its silo stops or another has joined, waits for its polls, and their workers for tasks.</summary>
    public TimeSpan LongestPoll { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>What is wrong with these limits; nothing when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        if (Lease <= LeaseCheckEvery) yield return $"{nameof(Lease)} must be longer than {nameof(LeaseCheckEvery)}";
        if (UnconfirmedLease <= TimeSpan.Zero) yield return $"{nameof(UnconfirmedLease)} must be positive";
        if (SettleTime <= TimeSpan.Zero || SettleTime > TimeSpan.FromMinutes(1)) yield return $"{nameof(SettleTime)} must be positive and at most a minute";
        if (LeaseCheckEvery <= TimeSpan.Zero) yield return $"{nameof(LeaseCheckEvery)} must be positive";
        if (LongestPoll <= TimeSpan.Zero || LongestPoll > TimeSpan.FromSeconds(20))
            yield return $"{nameof(LongestPoll)} must be positive and at most 20 s, less than a call's timeout";
    }
}
