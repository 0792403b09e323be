using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Runtime;

/// <summary>
/// Ticks the durable reminders. Reads them in the background once the silo serves. A tick that would come while the one before it still
/// runs is left out, and so are those that a stopped silo missed: schedules look at the clock, not at the count.
/// </summary>
internal sealed class ReminderService(Silo silo) : IDisposable
{
    private readonly Dictionary<(GrainId, string), Running> _running = [];
    private readonly CancellationTokenSource _stopped = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loading = Task.CompletedTask;
    private long _registered;
    private IReminderTable? _table;

    private IReminderTable Table => _table ??= silo.Services.GetRequiredService<IReminderTable>();

    public async Task<IGrainReminder> RegisterAsync(GrainId grainId, string name, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        if (period < silo.Options.MinimumReminderPeriod)
            throw new ArgumentException(
                $"Reminder {name} of {grainId} has a period of {period}; the shortest is {silo.Options.MinimumReminderPeriod}. Use a grain timer for less.", nameof(period));
        var entry = new ReminderEntry { GrainId = grainId, ReminderName = name, StartAt = silo.Time.GetUtcNow().UtcDateTime + dueTime, Period = period };
        entry.ETag = await Table.UpsertRow(entry) ?? throw new ReminderException($"Reminder {name} of {grainId} could not be written.");
        Start(entry);
        return new Handle(grainId, name, entry.ETag);
    }

    public async Task UnregisterAsync(GrainId grainId, IGrainReminder reminder)
    {
        if (reminder is not Handle handle || handle.GrainId != grainId)
            throw new ArgumentException($"The reminder is not one of {grainId}.", nameof(reminder));
        if (!await Table.RemoveRow(grainId, handle.ReminderName, handle.ETag))
            throw new ReminderException($"Reminder {handle.ReminderName} of {grainId} was replaced or removed by someone else: get it anew.");
        lock (_running)
        {
            if (_running.Remove((grainId, handle.ReminderName), out var running))
                running.Dispose();
        }
    }

    public async Task<IGrainReminder?> GetAsync(GrainId grainId, string name) =>
        await Table.ReadRow(grainId, name) is { } entry ? new Handle(grainId, name, entry.ETag!) : null;

    public async Task<List<IGrainReminder>> ListAsync(GrainId grainId) =>
        [.. (await Table.ReadRows(grainId)).Reminders.Select(entry => new Handle(grainId, entry.ReminderName, entry.ETag!))];

    /// <summary>Grains moved between silos, and their reminders with them.</summary>
    public void OnViewChanged() => Volatile.Read(ref _changed).TrySetResult();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loading = Task.Run(LoadAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopped.CancelAsync();
        await _loading;
        Running[] all;
        lock (_running)
        {
            all = [.. _running.Values];
            _running.Clear();
        }

        foreach (var running in all)
            running.Dispose();
        if (_table is not null)
            await _table.StopAsync(cancellationToken);
    }

    public void Dispose() => _stopped.Dispose();

    [SuppressMessage("Design", "CA1031", Justification = "Reminders that cannot be read now may be readable later; the silo serves without them.")]
    private async Task LoadAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                await Table.StartAsync(_stopped.Token);
                var before = Volatile.Read(ref _registered);
                // An empty range wraps around: all of them.
                Take((await Table.ReadRows(0, 0)).Reminders, before);
                if (silo.Cluster is not { } cluster)
                    return;
                await _changed.Task.WaitAsync(cluster.Options.ReminderRefresh, silo.Time, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_changed.Task.IsCompleted)
                    Volatile.Write(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
            }
            catch (Exception error)
            {
                if (_stopped.IsCancellationRequested)
                    return;
                silo.Log.RemindersUnread(silo.Options.ReminderRetryDelay, error);
                await Task.Delay(silo.Options.ReminderRetryDelay, silo.Time, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private bool IsOwn(GrainId grainId) => silo.Cluster?.ElsewhereOf(grainId) is null;

    /// <summary>Runs the reminders of this silo's grains as they were read, and no others; one that was registered after the reading is newer.</summary>
    private void Take(IEnumerable<ReminderEntry> read, long before)
    {
        lock (_running)
        {
            var own = read.Where(entry => IsOwn(entry.GrainId)).ToDictionary(entry => (entry.GrainId, entry.ReminderName));
            foreach (var (key, running) in _running.Where(pair => pair.Value.Number <= before && (!own.TryGetValue(pair.Key, out var entry) || entry.ETag != pair.Value.ETag)).ToArray())
            {
                running.Dispose();
                _running.Remove(key);
            }

            foreach (var (key, entry) in own)
            {
                if (!_running.ContainsKey(key) && !_stopped.IsCancellationRequested)
                    _running.Add(key, new Running(this, silo, entry, before));
            }
        }
    }

    /// <summary>Before a tick where others share the table: whether the reminder is still this silo's, and still there.</summary>
    private async Task<bool> IsCurrentAsync(ReminderEntry entry) =>
        silo.Cluster is null || (IsOwn(entry.GrainId) && (await Table.ReadRow(entry.GrainId, entry.ReminderName))?.ETag == entry.ETag);

    private void Start(ReminderEntry entry)
    {
        lock (_running)
        {
            if (_running.Remove((entry.GrainId, entry.ReminderName), out var old))
                old.Dispose();
            if (!_stopped.IsCancellationRequested)
                _running.Add((entry.GrainId, entry.ReminderName), new Running(this, silo, entry, Interlocked.Increment(ref _registered)));
        }
    }

    private sealed record Handle(GrainId GrainId, string ReminderName, string ETag) : IGrainReminder;

    /// <summary>One reminder that ticks in this silo.</summary>
    private sealed class Running : IDisposable
    {
        private readonly ReminderService _owner;
        private readonly Silo _silo;
        private readonly ReminderEntry _entry;
        private readonly ITimer _timer;
        private volatile bool _disposed;

        public Running(ReminderService owner, Silo silo, ReminderEntry entry, long number)
        {
            Number = number;
            _owner = owner;
            _silo = silo;
            _entry = entry;
            if (ExecutionContext.IsFlowSuppressed())
            {
                _timer = CreateTimer();
            }
            else
            {
                using (ExecutionContext.SuppressFlow())
                    _timer = CreateTimer();
            }

            SetNext();
        }

        /// <summary>How many reminders this silo had registered when it came to be.</summary>
        public long Number { get; }

        public string? ETag => _entry.ETag;

        public void Dispose()
        {
            _disposed = true;
            _timer.Dispose();
        }

        private ITimer CreateTimer() =>
            _silo.Time.CreateTimer(static state => _ = ((Running)state!).TickAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        private void SetNext()
        {
            var now = _silo.Time.GetUtcNow().UtcDateTime;
            var start = DateTime.SpecifyKind(_entry.StartAt, DateTimeKind.Utc);
            var due = start > now ? start - now : TimeSpan.FromTicks(_entry.Period.Ticks - ((now - start).Ticks % _entry.Period.Ticks));
            // A timer holds less than 50 days; a longer wait is taken in steps.
            if (!_disposed)
                _timer.Change(due < TimeSpan.FromDays(40) ? due : TimeSpan.FromDays(40), Timeout.InfiniteTimeSpan);
        }

        [SuppressMessage("Design", "CA1031", Justification = "A failed tick must not stop the ticks after it.")]
        private async Task TickAsync()
        {
            try
            {
                var now = _silo.Time.GetUtcNow().UtcDateTime;
                if (now >= DateTime.SpecifyKind(_entry.StartAt, DateTimeKind.Utc) && !_disposed && await _owner.IsCurrentAsync(_entry))
                {
                    var grain = (IRemindable)(object)_silo.GetReference(typeof(IRemindable), _entry.GrainId);
                    await grain.ReceiveReminder(_entry.ReminderName, new TickStatus(_entry.StartAt, _entry.Period, now));
                }
            }
            catch (Exception error)
            {
                _silo.Log.ReminderFailed(_entry.ReminderName, _entry.GrainId, _entry.Period, error);
            }

            SetNext();
        }
    }
}
