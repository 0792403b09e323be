using System.Runtime.InteropServices;

namespace DataGrid.WorkerChild;

/// <summary>The system calls with which a process binds itself.</summary>
internal static unsafe partial class Native
{
    public const int Data = 2;
    public const int Core = 4;
    public const int Cpu = 0;
    public const int KillWithParent = 1;
    public const int NoNewPrivileges = 38;
    public const int Interrupt = 2;
    public const int Terminate = 15;
    public const int HangUp = 1;
    public const ulong Unlimited = ulong.MaxValue;

    [LibraryImport("libc", EntryPoint = "dup")]
    public static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2")]
    public static partial int DuplicateTo(int from, int to);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int Control(int option, nuint argument, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, ulong* limit);

    [LibraryImport("libc", EntryPoint = "getppid")]
    public static partial int Parent();

    [LibraryImport("libc", EntryPoint = "signal")]
    public static partial nint Handle(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    public static partial int SetGroups(nuint count, int* groups);

    [LibraryImport("libc", EntryPoint = "setgid", SetLastError = true)]
    public static partial int SetGroup(int group);

    [LibraryImport("libc", EntryPoint = "setuid", SetLastError = true)]
    public static partial int SetUser(int user);

    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void Exit(int code);

    /// <summary>Sets a limit: soft, then hard.</summary>
    public static bool Limit(int resource, ulong soft, ulong hard)
    {
        var limit = stackalloc ulong[2] { soft, hard };
        return SetLimit(resource, limit) == 0;
    }
}
