using System.Text.Json.Serialization.Metadata;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Runs;
using DataGrid.Engine.Sessions;
using DataGrid.Engine.Tasks;
using DataGrid.Worker.Children;

namespace DataGrid.WorkerChild;

/// <summary>Takes tasks from the worker, one at a time, and answers. Ends when the pipe from the worker closes.</summary>
internal sealed class ChildHost : IDisposable
{
    private const int Broken = 70;

    private readonly Stream _toWorker = Pipes.ToWorker();
    private readonly Lock _turn = new();
    private CancellationTokenSource? _cancel;
    private volatile bool _isBusy;

    /// <summary>Serves until the worker is gone.</summary>
    public int Run()
    {
        using var fromWorker = Pipes.FromWorker();
        if (ChildFrame.Read(fromWorker) is not { Kind: ChildFrameKind.Setup } first) return Broken;
        var setup = first.Read(ChildMessagesJson.Default.ChildSetup);
        var bounds = Bounds.Take(setup);
        var pool = new InstancePool(setup.Engine);
        var executor = new TaskExecutor(pool, TimeProvider.System);
        pool.WarmUpAsync().GetAwaiter().GetResult();
        bounds.Settle();
        Say(ChildFrameKind.Ready, new ChildState(), ChildMessagesJson.Default.ChildState);
        while (ChildFrame.Read(fromWorker) is { } frame)
        {
            switch (frame.Kind)
            {
                case ChildFrameKind.Task when !_isBusy:
                    var task = frame.Read(TaskMessagesJson.Default.TaskSpec);
                    _cancel = new CancellationTokenSource();
                    bounds.Enter(task);
                    _isBusy = true;
                    _ = WorkAsync(executor, task, bounds, _cancel.Token);
                    break;
                case ChildFrameKind.Cancel:
                    _cancel?.Cancel();
                    break;
                default:
                    return Leave(Broken);
            }
        }
        return Leave(0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cancel?.Dispose();
        _toWorker.Dispose();
    }

    private async Task WorkAsync(TaskExecutor executor, TaskSpec task, Bounds bounds, CancellationToken cancellationToken)
    {
        try
        {
            var (begunAt, begun) = (TimeProvider.System.GetUtcNow(), TimeProvider.System.GetTimestamp());
            var progress = new Relay(value => Say(ChildFrameKind.Progress, value, TaskMessagesJson.Default.TaskProgress));
            var result = await executor.ExecuteAsync(task, progress, cancellationToken).ConfigureAwait(false);
            // The next task may come as soon as the result is out: whatever else is to be said comes before it.
            var used = new ChildState
            {
                PeakBytes = Bounds.PeakBytes(),
                LimitBytes = bounds.LimitBytes,
                BegunAt = begunAt,
                Elapsed = TimeProvider.System.GetElapsedTime(begun),
                TraceParent = task.TraceParent,
            };
            Say(ChildFrameKind.Used, used, ChildMessagesJson.Default.ChildState);
            _isBusy = false;
            Say(ChildFrameKind.Done, result, TaskMessagesJson.Default.TaskResult);
        }
        catch (IOException)
        {
            // Nobody hears the answer.
            Leave(Broken);
        }
    }

    private void Say<T>(ChildFrameKind kind, T message, JsonTypeInfo<T> shape)
    {
        var frame = ChildFrame.Encode(kind, message, shape);
        lock (_turn) _toWorker.Write(frame);
    }

    /// <summary>At once: a query that runs must not hold up the end, and what it wrote is the worker's to remove.</summary>
    private static int Leave(int code)
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()) Native.Exit(code);
        return code;
    }

    private sealed class Relay(Action<TaskProgress> say) : IProgress<TaskProgress>
    {
        public void Report(TaskProgress value) => say(value);
    }
}
