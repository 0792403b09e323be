using System.Runtime.InteropServices;

namespace DataGrid.Worker.Children;

/// <summary>Gives folders to the user that children run as.</summary>
internal static partial class Ownership
{
    /// <summary>Makes the folder the children's own, where they run as another user.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public static void Give(string folder, ChildOptions options)
    {
        if (options.RunAsUser is not { } user || OperatingSystem.IsWindows()) return;
        if (ChangeOwner(folder, user, options.RunAsGroup ?? user) != 0)
            throw new IOException($"the folder {folder} cannot be given to the user {user}: {Marshal.GetLastPInvokeErrorMessage()}; only a silo that runs as root can run its tasks as another user");
    }

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, int user, int group);
}
