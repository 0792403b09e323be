using System.Globalization;
using System.Runtime.InteropServices;
using DataGrid.Contracts.Runs;
using DataGrid.Worker.Children;

namespace DataGrid.WorkerChild;

/// <summary>Binds this process: what it may use, whom it dies with, who it is. Done before the first task is taken, by code that no task can change; elsewhere than on Linux
/// the process boundary is the only wall.</summary>
internal sealed class Bounds
{
    private const int BadToTheKernel = 800;
    private const long StackBytes = 8L << 20;

    private readonly ChildSetup _setup;
    private long _idleBytes;
    private ulong _hard;

    private Bounds(ChildSetup setup) => _setup = setup;

    /// <summary>The limit of the running task, in bytes; 0 where there is none.</summary>
    public long LimitBytes { get; private set; }

    /// <summary>Binds the process for ever.</summary>
    /// <exception cref="InvalidOperationException">The system refuses something on which the others' safety rests.</exception>
    public static Bounds Take(ChildSetup setup)
    {
        var bounds = new Bounds(setup);
        if (!OperatingSystem.IsLinux()) return bounds;
        // The silo decides when its children stop, also where the whole group or unit gets the signal.
        foreach (var signal in (int[])[Native.Interrupt, Native.Terminate, Native.HangUp]) Native.Handle(signal, 1);
        Native.Limit(Native.Core, 0, 0);
        Become(setup);
        _ = Native.Control(Native.NoNewPrivileges, 1, 0, 0, 0);
        // After the change of user, which takes it back.
        Check(Native.Control(Native.KillWithParent, 9, 0, 0, 0) == 0, "to end with its parent");
        if (Native.Parent() != setup.ParentId) Native.Exit(0);
        TryWrite("/proc/self/oom_score_adj", BadToTheKernel.ToString(CultureInfo.InvariantCulture));
        return bounds;
    }

    /// <summary>The engine is loaded and nothing runs: what the process has now is not the tasks'. No task may have more than the whole engine from here on.</summary>
    public void Settle()
    {
        if (!OperatingSystem.IsLinux()) return;
        _idleBytes = Status("VmData:");
        _hard = Allowed(_setup.Engine.WholeEngine);
        Check(Native.Limit(Native.Data, _hard, _hard), "its limit of memory");
    }

    /// <summary>Sets the limits of one task.</summary>
    public void Enter(TaskSpec task)
    {
        if (!OperatingSystem.IsLinux()) return;
        var allowed = Math.Min(Allowed(task.Limits), _hard);
        LimitBytes = (long)allowed;
        Check(Native.Limit(Native.Data, allowed, _hard), "its limit of memory");
        // Its own clock and the worker's end a task that takes too long; this is for the case that neither can.
        var seconds = Environment.CpuUsage.TotalTime.TotalSeconds + task.Step.Timeout.TotalSeconds * Math.Max(1, task.Limits.Threads) + 60;
        Native.Limit(Native.Cpu, (ulong)Math.Min(seconds, uint.MaxValue), Native.Unlimited);
        TryWrite("/proc/self/clear_refs", "5");
    }

    /// <summary>The most memory that was resident since <see cref="Enter"/>, in bytes.</summary>
    public static long PeakBytes() => OperatingSystem.IsLinux() ? Status("VmHWM:") : 0;

    private ulong Allowed(TaskLimits limits) =>
        (ulong)(_idleBytes + limits.MemoryBytes * _setup.MemoryHeadroom + _setup.ExtraMemoryBytes + limits.Threads * StackBytes);

    private static unsafe void Become(ChildSetup setup)
    {
        if (setup.RunAsUser is not { } user) return;
        Check(Native.SetGroups(0, null) == 0, "to leave its groups");
        Check(Native.SetGroup(setup.RunAsGroup ?? user) == 0, $"to join the group {setup.RunAsGroup ?? user}");
        Check(Native.SetUser(user) == 0, $"to become the user {user}");
    }

    private static void Check(bool isGood, string what)
    {
        if (!isGood) throw new InvalidOperationException($"the system refuses a child process {what}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static void TryWrite(string file, string text)
    {
        try
        {
            File.WriteAllText(file, text);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Not every container allows it; it is no wall, only an order in which processes go.
        }
    }

    private static long Status(string name)
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
            if (line.StartsWith(name, StringComparison.Ordinal)) return long.Parse(line[name.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture) * 1024;
        return 0;
    }
}
