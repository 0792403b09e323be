using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts;
using DataGrid.Contracts.Runs;

namespace DataGrid.Core.Runs;

/// <summary>Tasks that wait and attempts that run, in memory; first come, first served. Not for use by several threads.</summary>
/// <remarks>
/// A queue begins empty while attempts of its predecessor still run. As long as <see cref="IsAdopting"/> it takes those over of which it hears, unless it knows better: their stage
/// was withdrawn, they ended, or their task was given to somebody else meanwhile. An attempt that was taken over has no offer: when it is lost, its stage offers the task again.
/// </remarks>
public sealed class DispatchQueue
{
    private readonly LinkedList<TaskOffer> _waiting = new();
    private readonly Dictionary<AttemptId, Held> _running = [];
    private readonly HashSet<AttemptId> _stopped = [];
    private readonly HashSet<(RunId Run, DatasetName Stage)> _withdrawn = [];
    private readonly HashSet<AttemptId> _ended = [];

    /// <summary>Whether attempts that are not known here are taken over instead of stopped.</summary>
    public bool IsAdopting { get; private set; }

    /// <summary>How many tasks wait.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>How many attempts run.</summary>
    public int Running => _running.Count;

    /// <summary>What waits and who has what.</summary>
    /// <param name="workers">The workers that asked lately, and when.</param>
    public DispatchSnapshot Snapshot(IEnumerable<KeyValuePair<WorkerCapacity, DateTimeOffset>> workers)
    {
        var held = _running.Values.ToLookup(static held => held.Worker, static held => held.Task);
        return new DispatchSnapshot
        {
            Waiting = Waiting,
            WaitingSince = _waiting.First?.Value.OfferedAt is { Ticks: > 0 } since ? since : null,
            Workers = [.. workers.OrderBy(static worker => worker.Key.Worker, StringComparer.Ordinal).Select(worker => new WorkerSnapshot { Capacity = worker.Key, SeenAt = worker.Value, Running = [.. held[worker.Key.Worker]] })],
        };
    }

    /// <summary>From now on attempts of a predecessor are taken over.</summary>
    public void BeginAdopting() => IsAdopting = true;

    /// <summary>By now every worker that lives has been heard of: an attempt that is not known was given to somebody else.</summary>
    public void EndAdopting()
    {
        IsAdopting = false;
        _withdrawn.Clear();
        _ended.Clear();
    }

    /// <summary>A task waits for a worker.</summary>
    public void Offer(TaskOffer offer)
    {
        ArgumentNullException.ThrowIfNull(offer);
        _withdrawn.Remove((offer.Task.Task.Run, offer.Task.Task.Stage));
        _waiting.AddLast(offer);
    }

    /// <summary>The numbers of a stage's tasks that wait or run, in order. An attempt that is told to stop does not count.</summary>
    public ImmutableArray<int> TasksOf(RunId run, DatasetName stage) =>
    [
        .. _waiting.Select(static offer => offer.Task.Task)
            .Concat(_running.Where(held => !_stopped.Contains(held.Key)).Select(static held => held.Value.Task))
            .Where(task => task.Run == run && task.Stage == stage)
            .Select(static task => task.Number).Distinct().Order(),
    ];

    /// <summary>How many slots of a worker a task takes: those that have the memory that it asks for together, all when it needs all or asks for more than there is.</summary>
    public static int SlotsFor(TaskOffer offer, WorkerCapacity worker)
    {
        ArgumentNullException.ThrowIfNull(offer);
        ArgumentNullException.ThrowIfNull(worker);
        if (offer.NeedsWholeWorker) return worker.Slots;
        var perSlot = worker.MemoryBytes / Math.Max(1, worker.Slots);
        return offer.MemoryBytes <= 0 || perSlot <= 0 ? 1 : (int)Math.Clamp((offer.MemoryBytes + perSlot - 1) / perSlot, 1, worker.Slots);
    }

    /// <summary>Gives a worker as many tasks as fit beside those that it runs. A task that needs a whole worker waits until all slots are free, and holds back those behind it,
    /// so that it is not overtaken for ever.</summary>
    public ImmutableArray<TaskLease> Take(WorkerCapacity worker, DateTimeOffset now, Func<AttemptId> newAttempt)
    {
        ArgumentNullException.ThrowIfNull(worker);
        ArgumentNullException.ThrowIfNull(newAttempt);
        var leases = ImmutableArray.CreateBuilder<TaskLease>();
        if (_waiting.Count == 0) return [];
        var free = worker.Slots - _running.Values.Where(held => held.Worker == worker.Worker).Sum(static held => held.Slots);
        while (_waiting.First is { } first)
        {
            var needed = SlotsFor(first.Value, worker);
            if (needed > free) break;
            _waiting.RemoveFirst();
            var attempt = newAttempt();
            var offer = first.Value with { Task = first.Value.Task with { Attempt = attempt } };
            _running.Add(attempt, new Held(worker.Worker, offer.Task.Task, offer, needed, now, IsConfirmed: false));
            leases.Add(new TaskLease { Offer = offer, Slots = needed });
            free -= needed;
        }
        return leases.ToImmutable();
    }

    /// <summary>A worker still has these attempts.</summary>
    /// <returns>Those that it must stop.</returns>
    public ImmutableArray<AttemptId> Heartbeat(string worker, ImmutableArray<AttemptId> attempts, ImmutableArray<HeldAttempt> held, DateTimeOffset now)
    {
        foreach (var attempt in attempts)
            if (_running.TryGetValue(attempt, out var known) && known.Worker == worker) _running[attempt] = known with { SeenAt = now, IsConfirmed = true };
        if (IsAdopting && !held.IsDefault)
            foreach (var one in held) Adopt(worker, one, now);
        // An attempt that is not known here was given to another worker, or belongs to a stage that is gone.
        return [.. attempts.Where(attempt => _stopped.Contains(attempt) || (!_running.ContainsKey(attempt) && !_ended.Contains(attempt)))];
    }

    /// <summary>An attempt is over.</summary>
    public void Complete(AttemptId attempt)
    {
        _running.Remove(attempt);
        _stopped.Remove(attempt);
        NoteEnd(attempt);
    }

    /// <summary>A stage takes its tasks back: those that wait are forgotten, those that run are to be stopped.</summary>
    /// <returns>How many of its attempts run.</returns>
    public int Withdraw(RunId run, DatasetName stage)
    {
        for (var node = _waiting.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Task.Task.Run == run && node.Value.Task.Task.Stage == stage) _waiting.Remove(node);
            node = next;
        }
        if (IsAdopting) _withdrawn.Add((run, stage));
        var running = 0;
        foreach (var (attempt, held) in _running)
        {
            if (held.Task.Run != run || held.Task.Stage != stage) continue;
            _stopped.Add(attempt);
            running++;
        }
        return running;
    }

    /// <summary>A worker gives an attempt back unfinished: its task waits again, unless its stage has taken it back.</summary>
    public void HandBack(AttemptId attempt)
    {
        NoteEnd(attempt);
        if (!_running.Remove(attempt, out var held)) return;
        if (!_stopped.Remove(attempt) && held.Offer is { } offer) _waiting.AddFirst(offer);
    }

    /// <summary>A task has its winner: it waits no more, and its other attempts are to be stopped.</summary>
    public void Settle(TaskId task, AttemptId winner)
    {
        for (var node = _waiting.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Task.Task == task) _waiting.Remove(node);
            node = next;
        }
        foreach (var (attempt, held) in _running)
            if (attempt != winner && held.Task == task) _stopped.Add(attempt);
    }

    /// <summary>Attempts whose worker has not been heard of for longer than a lease: they wait again, for another worker. A lease that its worker never confirmed ends sooner:
    /// it may never have heard of it.</summary>
    public ImmutableArray<AttemptId> Expire(DateTimeOffset now, TimeSpan lease, TimeSpan unconfirmed) =>
        Lose(held => now - held.SeenAt > (held.IsConfirmed || lease < unconfirmed ? lease : unconfirmed));

    /// <summary>Workers are gone: what they had waits again at once.</summary>
    public ImmutableArray<AttemptId> LoseWorkers(Func<string, bool> isGone)
    {
        ArgumentNullException.ThrowIfNull(isGone);
        return _running.Count == 0 ? [] : Lose(held => isGone(held.Worker));
    }

    /// <summary>A heartbeat that was sent before an attempt's end may come after it. Taken over by that, an attempt that nobody has would hold its slots for a whole lease.</summary>
    private void NoteEnd(AttemptId attempt)
    {
        if (IsAdopting) _ended.Add(attempt);
    }

    private ImmutableArray<AttemptId> Lose(Func<Held, bool> isLost)
    {
        ImmutableArray<AttemptId> lost = [.. _running.Where(held => isLost(held.Value)).Select(static held => held.Key)];
        foreach (var attempt in lost)
        {
            _running.Remove(attempt, out var held);
            if (!_stopped.Remove(attempt) && held!.Offer is { } offer) _waiting.AddFirst(offer);
        }
        return lost;
    }

    private void Adopt(string worker, HeldAttempt held, DateTimeOffset now)
    {
        var (run, stage) = (held.Task.Run, held.Task.Stage);
        if (_running.ContainsKey(held.Attempt) || _stopped.Contains(held.Attempt) || _ended.Contains(held.Attempt) || _withdrawn.Contains((run, stage))) return;
        // Somebody else has begun it meanwhile: one of the two is enough.
        if (_running.Values.Any(other => other.Task == held.Task)) return;
        var offer = _waiting.FirstOrDefault(waiting => waiting.Task.Task == held.Task);
        if (offer is not null) _waiting.Remove(offer);
        _running.Add(held.Attempt, new Held(worker, held.Task, offer, held.Slots, now, IsConfirmed: true));
    }

    private sealed record Held(string Worker, TaskId Task, TaskOffer? Offer, int Slots, DateTimeOffset SeenAt, bool IsConfirmed);
}
