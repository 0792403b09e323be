using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DataGrid.ClusterTests.Support;

/// <summary>A silo in a process of its own, to be killed, stopped and gone on with.</summary>
internal sealed class SiloNode : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly List<(string Start, TaskCompletionSource<string> Seen)> _waiting = [];

    private SiloNode(string name, Process process)
    {
        (Name, _process) = (name, process);
        _process.OutputDataReceived += (_, line) => Receive(line.Data);
        _process.ErrorDataReceived += (_, line) => Receive(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    public int ProcessId => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>All that it said.</summary>
    public string Said
    {
        get { lock (_waiting) return _said.ToString(); }
    }

    public static SiloNode Start(string name, string file, string faults, IEnumerable<(string Name, string Value)> variables, params string[] words)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var word in (string[])[Path.Combine(AppContext.BaseDirectory, "DataGrid.Silo.CrashHost.dll"), "silo", file, faults, .. words]) start.ArgumentList.Add(word);
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (variable, value) in variables) start.Environment[variable] = value;
        return new SiloNode(name, new Process { StartInfo = start });
    }

    /// <summary>Waits for a line that begins so, also one that was said before.</summary>
    public async Task<string> SaysAsync(string start)
    {
        TaskCompletionSource<string> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiting)
        {
            if (_said.ToString().Split('\n').FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal)) is { } said) return said;
            _waiting.Add((start, seen));
        }
        var ended = _process.WaitForExitAsync();
        if (await Task.WhenAny(seen.Task, ended).WaitAsync(Patience) == seen.Task) return await seen.Task;
        throw new InvalidOperationException($"{Name} ended with {_process.ExitCode} and never said '{start}': {Said}");
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code; over 128 when a signal ended it.</returns>
    public async Task<int> EndsAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>Sends a signal by name: <c>STOP</c>, <c>CONT</c>, <c>TERM</c>, <c>KILL</c>.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public void Dispose()
    {
        // One that is stopped is ended by this signal too.
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Receive(string? line)
    {
        if (line is null) return;
        lock (_waiting)
        {
            _said.Append(line).Append('\n');
            foreach (var (start, seen) in _waiting)
                if (line.StartsWith(start, StringComparison.Ordinal)) seen.TrySetResult(line);
        }
    }
}
