using Microsoft.Win32.SafeHandles;

namespace DataGrid.WorkerChild;

/// <summary>The two pipes of a child. Whatever a library prints goes to the error output: only messages go to the worker.</summary>
internal static class Pipes
{
    private const int Input = 0;
    private const int Output = 1;
    private const int Errors = 2;

    /// <summary>What the worker sends.</summary>
    public static Stream FromWorker() => new FileStream(new SafeFileHandle(Input, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    /// <summary>What the worker reads.</summary>
    /// <exception cref="IOException">The system gives no second handle.</exception>
    public static Stream ToWorker()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) return new FileStream(new SafeFileHandle(Output, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        var own = Native.Duplicate(Output);
        if (own < 0 || Native.DuplicateTo(Errors, Output) < 0) throw new IOException("the output of the process cannot be kept for messages");
        return new FileStream(new SafeFileHandle(own, ownsHandle: true), FileAccess.Write, bufferSize: 0);
    }
}
