using System.Diagnostics;
using DataGrid.Metadata.Postgres;

namespace DataGrid.Cli.Hosting;

/// <summary>A silo in a process of its own. It stops when this process closes its standard input, or dies.</summary>
internal sealed class SiloProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    private readonly Process _process;
    private readonly TaskCompletionSource<string?> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;

    private SiloProcess(string name, string configuration, string output, string root, Process process, TimeProvider time)
    {
        (Name, Configuration, Output, _process, _time) = (name, configuration, output, process, time);
        Log = Path.Combine(root, "logs", $"{name}.log");
        ProcessId = process.Id;
        Ended = RunAsync();
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its file.</summary>
    public string Configuration { get; }

    /// <summary>Where what it says is written.</summary>
    public string Output { get; }

    /// <summary>Its log.</summary>
    public string Log { get; }

    /// <summary>The number of its process.</summary>
    public int ProcessId { get; }

    /// <summary>Where its gateway is, known before it is ready; null when it has none.</summary>
    public string? Gateway { get; private set; }

    /// <summary>Completes with its exit code.</summary>
    public Task<int> Ended { get; }

    /// <summary>Starts one.</summary>
    public static SiloProcess Start(string name, string configuration, string output, string root, string connection, TimeProvider time)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        // dotnet runs the assembly; an executable of its own needs no name of one.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) is "dotnet") start.ArgumentList.Add(typeof(SiloProcess).Assembly.Location);
        foreach (var argument in (string[])["silo", "--config", configuration, "--attached"]) start.ArgumentList.Add(argument);
        start.Environment[DatabaseConnection.Variable] = connection;
        return new SiloProcess(name, configuration, output, root, Process.Start(start)!, time);
    }

    /// <summary>Where it is reached, once it is ready; null when it ended before.</summary>
    public Task<string?> ReadyAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

    /// <summary>Asks it to stop, and ends it when it does not.</summary>
    public async Task StopAsync()
    {
        try
        {
            _process.StandardInput.Close();
            await Ended.WaitAsync(Patience, _time).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is TimeoutException or IOException or InvalidOperationException)
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            await Ended.ConfigureAwait(false);
        }
        finally
        {
            _process.Dispose();
        }
    }

    private async Task<int> RunAsync()
    {
        var writer = new StreamWriter(new FileStream(Output, FileMode.Create, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        await using (writer.ConfigureAwait(false))
        {
            var synchronized = TextWriter.Synchronized(writer);
            await Task.WhenAll(CopyAsync(_process.StandardOutput, synchronized), CopyAsync(_process.StandardError, synchronized)).ConfigureAwait(false);
            await _process.WaitForExitAsync().ConfigureAwait(false);
        }
        _ready.TrySetResult(null);
        return _process.ExitCode;
    }

    private async Task CopyAsync(StreamReader said, TextWriter output)
    {
        while (await said.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            await output.WriteLineAsync(line).ConfigureAwait(false);
            if (line.Split(' ') is ["gateway", _, var gateway]) Gateway = gateway;
            if (line.Split(' ') is ["ready", _, var address]) _ready.TrySetResult(address);
        }
    }
}
