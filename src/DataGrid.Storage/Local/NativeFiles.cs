using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace DataGrid.Storage.Local;

/// <summary>The calls of the C library and of Windows that make a file durable or
/// create a name only when it is free. Each answers 0 or an error number.</summary>
internal static partial class NativeFiles
{
    internal const int NoEntry = 2;
    internal const int NotPermitted = 1;
    internal const int Exists = 17;
    internal const int CrossDevice = 18;
    internal const int Invalid = 22;
    internal const int TooManyLinks = 31;
    internal const int NotImplementedLinux = 38;
    internal const int NotSupportedMac = 45;
    internal const int NotSupportedLinux = 95;

    private const int AtCurrentFolder = -100;
    private const uint RenameNoReplace = 1;
    private const int FullFsync = 51;
    private const uint MoveReplaceExisting = 1;
    private const uint MoveWriteThrough = 8;

    /// <summary>Gives an existing file a second name; <see cref="Exists"/> when the name is taken. Atomic on every POSIX file system.</summary>
    [UnsupportedOSPlatform("windows")]
    internal static int Link(string from, string to) => link(from, to) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Renames only when the target is free: for file systems without hard links.</summary>
    internal static int RenameNoReplaceLinux(string from, string to) =>
        renameat2(AtCurrentFolder, from, AtCurrentFolder, to, RenameNoReplace) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Renames and replaces, atomically; <see cref="CrossDevice"/> when the two lie on different volumes.</summary>
    internal static int Rename(string from, string to)
    {
        if (!OperatingSystem.IsWindows()) return rename(from, to) == 0 ? 0 : Marshal.GetLastPInvokeError();
        return MoveFileEx(from, to, MoveReplaceExisting | MoveWriteThrough) ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Windows: renames, durably, only when the target is free. Answers a Windows error: 80 or 183 when the name is taken.</summary>
    [SupportedOSPlatform("windows")]
    internal static int MoveNoReplaceWindows(string from, string to) => MoveFileEx(from, to, MoveWriteThrough) ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Forces a file's or folder's content to the device. On macOS plain
    /// fsync stops at the drive's cache, so F_FULLFSYNC is asked for first.</summary>
    [UnsupportedOSPlatform("windows")]
    internal static int Sync(string path)
    {
        var handle = open(path, 0, 0);
        if (handle < 0) return Marshal.GetLastPInvokeError();
        var failed = OperatingSystem.IsMacOS() && fcntl(handle, FullFsync) == 0 ? 0 : fsync(handle);
        var error = failed == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = close(handle);
        return error;
    }

#pragma warning disable SYSLIB1054, CA5392, IDE1006 // The names are the C library's own; the library is the system's.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string from, string to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string from, string to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int renameat2(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int handle);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int handle, int command);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int handle);

    [LibraryImport("kernel32", EntryPoint = "MoveFileExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool MoveFileEx(string from, string to, uint flags);
#pragma warning restore SYSLIB1054, CA5392, IDE1006
}
