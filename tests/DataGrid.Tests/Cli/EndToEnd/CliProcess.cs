using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DataGrid.Tests.Cli.EndToEnd;

/// <summary>The command as a process of its own, as people run it.</summary>
internal sealed class CliProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly List<(Func<string, bool> IsIt, TaskCompletionSource Seen)> _waiting = [];
    private readonly TaskCompletionSource _outputEnded = new();
    private readonly TaskCompletionSource _errorEnded = new();

    private CliProcess(string[] args)
    {
        // What a shell starts in the background ignores interrupts, and so would everything below it.
        var start = new ProcessStartInfo(OperatingSystem.IsLinux() ? "env" : "dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var word in OperatingSystem.IsLinux() ? (string[])["--default-signal=INT,QUIT", "dotnet"] : []) start.ArgumentList.Add(word);
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "datagrid.dll"));
        foreach (var arg in args) start.ArgumentList.Add(arg);
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var name in (string[])["DATAGRID_ROOT", "DATAGRID_SERVER", "DATAGRID_KEY"]) start.Environment.Remove(name);
        foreach (var (name, value) in Variables.Value ?? []) start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Receive(line.Data, _output, _outputEnded);
        _process.ErrorDataReceived += (_, line) => Receive(line.Data, _error, _errorEnded);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _process.StandardInput.Close();
    }

    /// <summary>Variables that the processes of one test get.</summary>
    public static AsyncLocal<Dictionary<string, string>?> Variables { get; } = new();

    public int Id => _process.Id;

    public string Output => Text(_output);

    public string Error => Text(_error);

    /// <summary>Starts the command and does not wait.</summary>
    public static CliProcess Start(params string[] args) => new(args);

    /// <summary>Runs the command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] args)
    {
        using var process = Start(args);
        var code = await process.WaitAsync();
        return (code, process.Output, process.Error);
    }

    /// <summary>Runs the command to its end; it must succeed.</summary>
    public static async Task<string> SucceedAsync(params string[] args)
    {
        var (code, output, error) = await RunAsync(args);
        Assert.True(code == 0, $"datagrid {string.Join(' ', args)} ended with {code}:\n{error}\n{output}");
        return output;
    }

    /// <summary>Waits for the end and gives the exit code.</summary>
    public async Task<int> WaitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the command did not end within {Patience}:\n{Error}\n{Output}");
        }
        await Task.WhenAll(_outputEnded.Task, _errorEnded.Task);
        return _process.ExitCode;
    }

    /// <summary>Waits until a line of its output or error output is the one.</summary>
    public async Task WaitForLineAsync(Func<string, bool> isIt)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiting)
        {
            if ((Output + "\n" + Error).Split('\n').Any(isIt)) return;
            _waiting.Add((isIt, seen));
        }
        var first = await Task.WhenAny(seen.Task, _process.WaitForExitAsync()).WaitAsync(Patience);
        if (first != seen.Task && !seen.Task.IsCompleted) Assert.Fail($"it ended with {_process.ExitCode} before it said so:\n{Error}\n{Output}");
    }

    /// <summary>Lets it run for a while at most; true when it has ended by itself.</summary>
    public async Task<bool> EndsWithinAsync(TimeSpan time)
    {
        using var patience = new CancellationTokenSource(time);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Sends a signal by name: <c>INT</c>, <c>TERM</c>, <c>KILL</c>.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private void Receive(string? line, StringBuilder text, TaskCompletionSource ended)
    {
        if (line is null)
        {
            ended.TrySetResult();
            return;
        }
        lock (_waiting)
        {
            lock (text) text.Append(line).Append('\n');
            foreach (var (isIt, seen) in _waiting)
                if (isIt(line)) seen.TrySetResult();
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text) return text.ToString();
    }
}
