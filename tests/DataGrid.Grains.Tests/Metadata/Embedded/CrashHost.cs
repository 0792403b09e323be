using System.Diagnostics;
using System.Globalization;

namespace DataGrid.Grains.Tests.Metadata.Embedded;

/// <summary>A process that writes grain state until it is killed.</summary>
internal sealed class CrashHost : IDisposable
{
    private readonly Process _process;
    private readonly Dictionary<string, int> _acknowledged = new(StringComparer.Ordinal);

    private CrashHost(Process process) => _process = process;

    public int ProcessId => _process.Id;

    /// <summary>The last acknowledged number of each grain.</summary>
    public IReadOnlyDictionary<string, int> Acknowledged => _acknowledged;

    public static CrashHost Start(string root)
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "DataGrid.Metadata.CrashHost.dll");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add(assembly);
        start.ArgumentList.Add(root);
        return new CrashHost(Process.Start(start)!);
    }

    public async Task ReadAcknowledgedAsync(int count)
    {
        for (var i = 0; i < count; i++)
            Remember(await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The process ended after {i} writes."));
    }

    /// <summary>SIGKILL; then what it had still said.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            Remember(line);
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    // The last line may have been cut by the kill: it has then no number, or the beginning of one.
    private void Remember(string line)
    {
        var parts = line.Split(' ');
        if (parts.Length == 2 && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var number))
            _acknowledged[parts[0]] = Math.Max(number, _acknowledged.GetValueOrDefault(parts[0]));
    }
}
