using System.Diagnostics;
using System.Globalization;

namespace DataGrid.Grains.Tests.Faults;

/// <summary>A process of its own that runs a project once, and that can be killed.</summary>
internal sealed class RunHost : IDisposable
{
    private readonly Process _process;

    private RunHost(Process process) => _process = process;

    public static RunHost Start(string folder, string? failpoint = null, int turn = 1)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "DataGrid.Silo.CrashHost.dll"));
        start.ArgumentList.Add(folder);
        if (failpoint is not null)
        {
            start.ArgumentList.Add(failpoint);
            start.ArgumentList.Add(turn.ToString(CultureInfo.InvariantCulture));
        }
        return new RunHost(Process.Start(start)!);
    }

    /// <summary>Waits until the silo stands; false when the process ended before.</summary>
    public async Task<bool> IsStartedAsync() => await _process.StandardOutput.ReadLineAsync() == "started";

    /// <summary>Waits for the end; answers whether it was killed (by itself), and how the run ended otherwise.</summary>
    public async Task<(bool WasKilled, string Said)> EndAsync()
    {
        var said = await _process.StandardOutput.ReadToEndAsync() + await _process.StandardError.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return (_process.ExitCode > 128, said.Trim());
    }

    /// <summary>Kills it (SIGKILL) after a while; false when it ended before.</summary>
    public async Task<bool> KillAfterAsync(TimeSpan time)
    {
        var ended = _process.WaitForExitAsync();
        if (await Task.WhenAny(ended, Task.Delay(time)) == ended) return false;
        _process.Kill();
        await ended;
        return true;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
