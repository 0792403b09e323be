using System.Diagnostics;
using System.Globalization;
using System.Text;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;

namespace DataGrid.Worker.Children;

/// <summary>How a task in a child process ended.</summary>
internal abstract record ChildRun
{
    private ChildRun()
    {
    }

    /// <summary>The child gave a result and waits for the next task.</summary>
    public sealed record Finished(TaskResult Result, ChildState Used) : ChildRun;

    /// <summary>It did not stop when it was told to, and was killed.</summary>
    public sealed record Stopped : ChildRun;

    /// <summary>It went on past its time, and was killed.</summary>
    public sealed record TimedOut : ChildRun;

    /// <summary>It ended by itself, or had to be ended because what it said is no message.</summary>
    public sealed record Died(ChildEnd End) : ChildRun;
}

/// <summary>One child process as its worker sees it. Runs one task at a time.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ChildOptions _options;
    private readonly TimeProvider _clock;
    private readonly LastWords _errors = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Task _listening;
    private ChildState _state = new();
    private long _kernelKills;

    private ChildProcess(Process process, string folder, ChildOptions options, TimeProvider clock)
    {
        (_process, Id, Folder, _options, _clock) = (process, process.Id, folder, options, clock);
        _listening = _errors.ReadAsync(process.StandardError.BaseStream);
    }

    /// <summary>Its number.</summary>
    public int Id { get; }

    /// <summary>Its own folder.</summary>
    public string Folder { get; }

    /// <summary>Tasks that it has begun.</summary>
    public int Tasks { get; private set; }

    /// <summary>Whether it is gone.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts a child and waits until it waits for tasks.</summary>
    /// <exception cref="InvalidDataException">It did not start as it should; the message says what it said.</exception>
    public static async Task<ChildProcess> StartAsync(ChildLauncher launcher, ChildSetup setup, string folder, ChildOptions options, TimeProvider clock)
    {
        var child = new ChildProcess(await launcher.StartAsync(options.Program, folder), folder, options, clock);
        try
        {
            using var limit = new CancellationTokenSource(options.StartTimeout, clock);
            await child.SayAsync(ChildFrame.Encode(ChildFrameKind.Setup, setup, ChildMessagesJson.Default.ChildSetup), limit.Token);
            var frame = await child.NextAsync().WaitAsync(limit.Token);
            child._state = frame is { Kind: ChildFrameKind.Ready } ready ? ready.Read(ChildMessagesJson.Default.ChildState) : throw new InvalidDataException("it ended at once");
            return child;
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or OperationCanceledException)
        {
            await child.DisposeAsync();
            var what = fault is OperationCanceledException ? $"it was not ready after {options.StartTimeout}" : fault.Message;
            throw new InvalidDataException($"{what} {child._errors.Text}".TrimEnd(), fault);
        }
    }

    /// <summary>Runs a task. After anything but <see cref="ChildRun.Finished"/> the process is gone.</summary>
    public async Task<ChildRun> RunAsync(TaskSpec task, IProgress<TaskProgress> progress, CancellationToken cancellationToken)
    {
        Tasks++;
        _state = _state with { PeakBytes = 0 };
        _kernelKills = KernelMemory.Kills();
        var working = WorkAsync(task, progress);
        using var over = new CancellationTokenSource();
        var limit = Task.Delay(task.Step.Timeout + _options.KillAfter, _clock, over.Token);
        var cancelled = Task.Delay(Timeout.InfiniteTimeSpan, _clock, cancellationToken);
        try
        {
            var first = await Task.WhenAny(working, limit, cancelled);
            if (first == cancelled && !working.IsCompleted)
            {
                await InterruptAsync();
                first = await Task.WhenAny(working, Task.Delay(_options.KillAfter, _clock, over.Token));
                if (first != working) return await EndAsync(working, new ChildRun.Stopped());
            }
            return first == limit && !working.IsCompleted ? await EndAsync(working, new ChildRun.TimedOut()) : await working;
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    /// <summary>Ends the process and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await HeardAsync();
        _process.Dispose();
        _turn.Dispose();
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Swept with the root's other temporary files at the next start.
        }
    }

    private async Task<ChildRun> WorkAsync(TaskSpec task, IProgress<TaskProgress> progress)
    {
        try
        {
            await SayAsync(ChildFrame.Encode(ChildFrameKind.Task, task, TaskMessagesJson.Default.TaskSpec), CancellationToken.None);
            while (await NextAsync() is { } frame)
            {
                switch (frame.Kind)
                {
                    case ChildFrameKind.Progress:
                        progress.Report(frame.Read(TaskMessagesJson.Default.TaskProgress));
                        break;
                    case ChildFrameKind.Used:
                        _state = frame.Read(ChildMessagesJson.Default.ChildState);
                        break;
                    case ChildFrameKind.Done when frame.Read(TaskMessagesJson.Default.TaskResult) is var result && result.Task == task.Task && result.Attempt == task.Attempt:
                        return new ChildRun.Finished(result, _state);
                    default:
                        throw new InvalidDataException($"a frame {frame.Kind} that nobody asked for");
                }
            }
        }
        catch (InvalidDataException wrong)
        {
            Kill();
            return await DiedAsync(null, wrong.Message);
        }
        catch (IOException)
        {
            // The pipe is broken because the process is gone; how it ended says why.
        }
        return await ExitAsync() ? await DiedAsync(_process.ExitCode, null) : await DiedAsync(null, "it closed its pipes");
    }

    /// <summary>Waits for the end of a process that closed its pipes.</summary>
    /// <returns>Whether it ended by itself.</returns>
    private async Task<bool> ExitAsync()
    {
        using var over = new CancellationTokenSource();
        var exit = _process.WaitForExitAsync(CancellationToken.None);
        var ended = await Task.WhenAny(exit, Task.Delay(_options.KillAfter, _clock, over.Token)) == exit;
        await over.CancelAsync();
        if (!ended) Kill();
        return ended;
    }

    /// <summary>Its last words come with its end; a pipe that something else still holds is not waited for.</summary>
    private async Task HeardAsync()
    {
        using var over = new CancellationTokenSource();
        await Task.WhenAny(_listening, Task.Delay(_options.KillAfter, _clock, over.Token));
        await over.CancelAsync();
    }

    private async Task<ChildRun> DiedAsync(int? exitCode, string? said)
    {
        await _process.WaitForExitAsync();
        await HeardAsync();
        return new ChildRun.Died(new ChildEnd
        {
            ExitCode = exitCode,
            KernelWasOutOfMemory = KernelMemory.Kills() is var kills && kills < 0 ? null : kills > _kernelKills,
            PeakBytes = _state.PeakBytes,
            LimitBytes = _state.LimitBytes,
            LastWords = said ?? _errors.Text,
        });
    }

    /// <summary>One frame at a time: a cancel may come while a long task is still being written.</summary>
    private async Task SayAsync(byte[] frame, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var pipe = _process.StandardInput.BaseStream;
            await pipe.WriteAsync(frame, cancellationToken);
            await pipe.FlushAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task InterruptAsync()
    {
        try
        {
            await SayAsync(ChildFrame.Encode(ChildFrameKind.Cancel, new ChildState(), ChildMessagesJson.Default.ChildState), CancellationToken.None);
        }
        catch (IOException)
        {
            // It is ending already.
        }
    }

    private async Task<ChildRun> EndAsync(Task<ChildRun> working, ChildRun how)
    {
        Kill();
        // A result that was on its way counts: the files are whole.
        return await working is ChildRun.Finished finished ? finished : how;
    }

    private async Task<ChildFrame?> NextAsync()
    {
        try
        {
            return await ChildFrame.ReadAsync(_process.StandardOutput.BaseStream, CancellationToken.None);
        }
        finally
        {
            // What it has now is the least that it may have had: a process that dies tells nothing more.
            if (KernelMemory.Peak(Id) is var peak && peak > _state.PeakBytes) _state = _state with { PeakBytes = peak };
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It is gone already.
        }
    }

    /// <summary>The end of an error output: enough to say why a process ended.</summary>
    private sealed class LastWords
    {
        private const int Most = 2000;
        private readonly StringBuilder _text = new();

        public string Text
        {
            get
            {
                lock (_text) return _text.ToString().Trim();
            }
        }

        public async Task ReadAsync(Stream stream)
        {
            using var reader = new StreamReader(stream, Encoding.UTF8);
            var buffer = new char[1024];
            try
            {
                for (int read; (read = await reader.ReadAsync(buffer)) > 0;)
                    lock (_text)
                    {
                        _text.Append(buffer, 0, read);
                        if (_text.Length > Most) _text.Remove(0, _text.Length - Most);
                    }
            }
            catch (Exception fault) when (fault is IOException or ObjectDisposedException)
            {
                // The pipe broke with the process.
            }
        }
    }
}

/// <summary>What the kernel tells about memory, where it is Linux.</summary>
internal static class KernelMemory
{
    /// <summary>Processes that it has killed for want of memory since it started; -1 where it does not tell.</summary>
    public static long Kills() => Number("/proc/vmstat", "oom_kill ");

    /// <summary>The most memory that a process had resident, in bytes; -1 where it does not tell.</summary>
    public static long Peak(int process) => Number(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status"), "VmHWM:") is >= 0 and var kibibytes ? kibibytes * 1024 : -1;

    private static long Number(string file, string name)
    {
        try
        {
            foreach (var line in File.ReadLines(file))
                if (line.StartsWith(name, StringComparison.Ordinal) && long.TryParse(line.AsSpan(name.Length).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture, out var number)) return number;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Another system, or the process is gone.
        }
        return -1;
    }
}
