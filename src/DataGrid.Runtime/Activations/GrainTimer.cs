using System.Diagnostics.CodeAnalysis;
using Orleans.Runtime;

namespace DataGrid.Runtime;

/// <summary>A timer of an activation. A tick is a request like a call; the next one is set when it has ended.</summary>
internal sealed class GrainTimer : IGrainTimer, IRequest
{
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly GrainTimerCreationOptions _options;
    private readonly CancellationTokenSource _stopped = new();
    private readonly ITimer _timer;
    private TimeSpan _due;
    private TimeSpan _period;
    private bool _changed;
    private bool _ticking;

    private GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        _activation = activation;
        _callback = callback;
        _options = options;
        if (ExecutionContext.IsFlowSuppressed())
        {
            _timer = CreateTimer();
        }
        else
        {
            using (ExecutionContext.SuppressFlow())
                _timer = CreateTimer();
        }
    }

    public bool AlwaysInterleave => _options.Interleave;

    public bool ReadOnly => false;

    public bool IsEnded => _stopped.IsCancellationRequested;

    public bool CountsAsUse => _options.KeepAlive;

    public static GrainTimer Start(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        if (!ReferenceEquals(RuntimeContext.Current, activation))
        {
            RuntimeContext.RequireTurn();
            throw new InvalidOperationException("Current grain context differs from specified grain context: a grain starts timers on its own turns only.");
        }

        var timer = new GrainTimer(activation, callback, options);
        activation.AddTimer(timer);
        timer.Change(options.DueTime, options.Period);
        return timer;
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, nameof(dueTime));
        Check(period, nameof(period));
        _changed = true;
        _due = dueTime;
        _period = period;
        // While ticking, the next tick is set at the end of this one.
        if (!_ticking && !IsEnded)
            _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A failing tick must not stop the ticks after it.")]
    public async Task RunAsync()
    {
        _changed = false;
        try
        {
            await _callback(_stopped.Token);
        }
        catch (Exception error)
        {
            _activation.Silo.Log.TimerFailed(_activation.GrainId, error);
        }

        _ticking = false;
        if (!IsEnded)
            _timer.Change(_changed ? _due : _period, Timeout.InfiniteTimeSpan);
    }

    public void OnAbandoned(Exception? error) => Dispose();

    public void Dispose()
    {
        if (_stopped.IsCancellationRequested)
            return;
        _stopped.Cancel();
        _timer.Dispose();
        _activation.RemoveTimer(this);
    }

    private static void Check(TimeSpan value, string name)
    {
        var milliseconds = (long)value.TotalMilliseconds;
        ArgumentOutOfRangeException.ThrowIfLessThan(milliseconds, -1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(milliseconds, 0xfffffffe, name);
    }

    private ITimer CreateTimer() => _activation.Silo.Time.CreateTimer(
        static state => ((GrainTimer)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    [SuppressMessage("Design", "CA1031", Justification = "Nothing may escape into the timer thread.")]
    private void Tick()
    {
        try
        {
            _ticking = true;
            _activation.TryEnqueue(this);
        }
        catch (Exception error)
        {
            _ticking = false;
            _activation.Silo.Log.TimerFailed(_activation.GrainId, error);
            if (!IsEnded)
                _timer.Change(_period, Timeout.InfiniteTimeSpan);
        }
    }
}
