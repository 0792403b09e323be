using System.Collections.Concurrent;
using System.Diagnostics;

namespace DataGrid.Worker.Children;

/// <summary>
/// Starts child processes, all from one thread that lives as long as the worker: a child asks the kernel to be killed when the thread that started it ends, which is how
/// it cannot outlive a silo that is killed.
/// </summary>
internal sealed class ChildLauncher : IDisposable
{
    private readonly BlockingCollection<Action> _orders = [];
    private readonly Thread _thread;

    public ChildLauncher()
    {
        _thread = new Thread(Serve) { IsBackground = true, Name = "child launcher" };
        _thread.Start();
    }

    /// <summary>Starts a child with nothing but what it needs: none of the silo's variables, and a folder of its own.</summary>
    public Task<Process> StartAsync(string program, string folder)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(StartInfo(program, folder))!);
            }
            catch (Exception fault) when (fault is System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
            {
                started.SetException(fault);
            }
        });
        return started.Task;
    }

    /// <summary>Lets the thread end; children that still run end with it.</summary>
    public void Dispose()
    {
        _orders.CompleteAdding();
        _thread.Join();
        _orders.Dispose();
    }

    private static ProcessStartInfo StartInfo(string program, string folder)
    {
        var path = Path.GetFullPath(program, AppContext.BaseDirectory);
        var start = path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
            ? new ProcessStartInfo(Host(), ["exec", path])
            : new ProcessStartInfo(path);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        (start.UseShellExecute, start.CreateNoWindow, start.WorkingDirectory) = (false, true, folder);
        var environment = start.Environment;
        environment.Clear();
        environment["PATH"] = OperatingSystem.IsWindows() ? Environment.SystemDirectory : "/usr/bin:/bin";
        environment["HOME"] = environment["TMPDIR"] = folder;
        environment["LANG"] = "C.UTF-8";
        // No socket for debuggers, no dumps, and no managed heap that could grow like the engine's memory.
        environment["DOTNET_EnableDiagnostics"] = "0";
        environment["DOTNET_DbgEnableMiniDump"] = "0";
        environment["DOTNET_GCHeapHardLimit"] = "0x20000000";
        environment["DOTNET_TieredPGO"] = "0";
        if (OperatingSystem.IsWindows()) environment["SystemRoot"] = Environment.GetEnvironmentVariable("SystemRoot");
        return start;
    }

    /// <summary>The <c>dotnet</c> that runs this process, found from its own runtime: nothing is looked up on a path.</summary>
    private static string Host()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var host = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", name));
        return File.Exists(host) ? host : Environment.ProcessPath is { } self && Path.GetFileName(self) == name ? self : name;
    }

    private void Serve()
    {
        foreach (var order in _orders.GetConsumingEnumerable()) order();
    }
}
