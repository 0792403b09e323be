using System.Globalization;
using System.Threading.Channels;
using DataGrid.Engine.Sessions;
using Microsoft.Extensions.Logging;

namespace DataGrid.Worker.Children;

/// <summary>As many child processes as a worker has slots, started ahead of their tasks. One that crashed is replaced, after a pause that grows while they keep crashing.</summary>
public sealed partial class ChildPool : IAsyncDisposable
{
    private readonly ChildOptions _options;
    private readonly EngineOptions _engine;
    private readonly TimeProvider _clock;
    private readonly ILogger<ChildPool> _logger;
    private readonly ChildLauncher _launcher = new();
    private readonly Channel<Task<ChildProcess>> _waiting = Channel.CreateUnbounded<Task<ChildProcess>>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _size;
    private int _crashesInARow;
    private int _lastNumber;
    private int _isDisposed;

    /// <summary>Starts the first children in the background.</summary>
    /// <param name="size">How many children there are: one a slot.</param>
    /// <param name="engine">The engine's limits; a child spills into a folder of its own below its temporary folder.</param>
    /// <param name="options">What bounds a child.</param>
    /// <param name="clock">Time.</param>
    /// <param name="logger">The log.</param>
    public ChildPool(int size, EngineOptions engine, ChildOptions options, TimeProvider clock, ILogger<ChildPool> logger)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        (_size, _engine, _options, _clock, _logger) = (size, engine, options, clock, logger);
        for (var place = 0; place < size; place++) Put(Task.Run(StartAsync));
    }

    /// <summary>The options.</summary>
    public ChildOptions Options => _options;

    /// <summary>Completes when every place has a child that waits, or could not start one.</summary>
    public async Task WarmUpAsync()
    {
        List<Task<ChildProcess>> all = [];
        while (all.Count < _size && _waiting.Reader.TryRead(out var child)) all.Add(child);
        await Task.WhenAny(Task.WhenAll(all), Task.Delay(Timeout.InfiniteTimeSpan, _clock, _stopping.Token));
        foreach (var child in all) Put(child);
    }

    /// <summary>Ends all children.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1) return;
        await _stopping.CancelAsync();
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out var child))
        {
            try
            {
                await (await child).DisposeAsync();
            }
            catch (Exception fault) when (fault is InvalidDataException or OperationCanceledException or System.ComponentModel.Win32Exception or IOException)
            {
                // It never started.
            }
        }
        _launcher.Dispose();
        _stopping.Dispose();
    }

    /// <summary>A child that waits, once there is one.</summary>
    /// <exception cref="InvalidDataException">None could be started; the message says why.</exception>
    internal async Task<ChildProcess> RentAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var place = await _waiting.Reader.ReadAsync(cancellationToken);
            try
            {
                var child = await place.WaitAsync(cancellationToken);
                if (!child.HasExited) return child;
                await child.DisposeAsync();
                Put(Task.Run(StartAsync, CancellationToken.None));
            }
            catch (OperationCanceledException) when (!place.IsFaulted)
            {
                Put(place);
                throw;
            }
            catch (Exception fault) when (fault is InvalidDataException or System.ComponentModel.Win32Exception or IOException)
            {
                Put(Task.Run(RestartAsync, CancellationToken.None));
                throw new InvalidDataException(fault.Message, fault);
            }
        }
    }

    /// <summary>Gives a child back that has done its task.</summary>
    internal void Return(ChildProcess child)
    {
        Interlocked.Exchange(ref _crashesInARow, 0);
        Put(child.Tasks < _options.TasksPerChild ? Task.FromResult(child) : ReplaceAsync(child, StartAsync));
    }

    /// <summary>Takes a child's place that is gone or must go.</summary>
    internal void Discard(ChildProcess child, bool hasCrashed) => Put(ReplaceAsync(child, hasCrashed ? RestartAsync : StartAsync));

    private static async Task<ChildProcess> ReplaceAsync(ChildProcess child, Func<Task<ChildProcess>> start)
    {
        await child.DisposeAsync();
        return await start();
    }

    private void Put(Task<ChildProcess> child)
    {
        // A pool that is stopping takes no child back: it must not be left running.
        if (!_waiting.Writer.TryWrite(child)) _ = DropAsync(child);
    }

    private static async Task DropAsync(Task<ChildProcess> child) => await (await child).DisposeAsync();

    private async Task<ChildProcess> RestartAsync()
    {
        var crashes = Interlocked.Increment(ref _crashesInARow);
        var pause = _options.RestartPause * Math.Pow(2, Math.Min(crashes - 1, 20));
        await Task.Delay(pause < _options.LongestRestartPause ? pause : _options.LongestRestartPause, _clock, _stopping.Token);
        return await StartAsync();
    }

    private async Task<ChildProcess> StartAsync()
    {
        _stopping.Token.ThrowIfCancellationRequested();
        var number = Interlocked.Increment(ref _lastNumber);
        var folder = Path.Combine(Path.GetFullPath(_engine.TemporaryDirectory), string.Create(CultureInfo.InvariantCulture, $"child-{Environment.ProcessId}-{number}"));
        Directory.CreateDirectory(folder);
        Ownership.Give(folder, _options);
        var setup = new ChildSetup
        {
            Engine = _engine with { TemporaryDirectory = Path.Combine(folder, "spill"), WarmInstances = 1, UsedInstances = 0 },
            MemoryHeadroom = _options.MemoryHeadroom,
            ExtraMemoryBytes = _options.ExtraMemoryBytes,
            ParentId = Environment.ProcessId,
            RunAsUser = _options.RunAsUser,
            RunAsGroup = _options.RunAsGroup ?? _options.RunAsUser,
        };
        var child = await ChildProcess.StartAsync(_launcher, setup, folder, _options, _clock);
        ChildStarted(child.Id);
        return child;
    }

    [LoggerMessage(EventId = 7010, Level = LogLevel.Information, Message = "Child process {Process} waits for tasks")]
    private partial void ChildStarted(int process);
}
