using System.ComponentModel;
using DataGrid.Contracts.Storage;

namespace DataGrid.Storage.Local;

/// <summary>One place that turns error numbers and I/O exceptions of a file system into <see cref="ObjectStoreException"/>.</summary>
internal static class LocalFaults
{
    private const int AccessDenied = 13;
    private const int NoSpace = 28;
    private const int ReadOnly = 30;
    private const int NameTooLong = 36;
    private const int QuotaExceeded = 122;

    internal static bool CreatedOrThrow(int error, string file)
    {
        if (error == NativeFiles.Exists) return false;
        ThrowIfFailed(error, "create", file);
        return true;
    }

    internal static void ThrowIfFailed(int error, string verb, string path)
    {
        if (error != 0) throw FromErrorNumber(error, verb, path, null);
    }

    /// <summary>Runs file work and lets out only <see cref="ObjectStoreException"/> for what the file system did.</summary>
    internal static T Guard<T>(string verb, string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ObjectStoreException)
        {
            throw;
        }
        catch (UnauthorizedAccessException denied)
        {
            throw FromErrorNumber(AccessDenied, verb, path, denied);
        }
        catch (PathTooLongException tooLong)
        {
            throw FromErrorNumber(NameTooLong, verb, path, tooLong);
        }
        catch (IOException failed)
        {
            throw FromErrorNumber(ErrorNumber(failed), verb, path, failed);
        }
    }

    // .NET keeps the error number of the system in HResult: plain on Unix, as 0x8007xxxx on Windows (112: disk full).
    private static int ErrorNumber(IOException failed) => (failed.HResult & 0xFFFF) switch
    {
        112 when OperatingSystem.IsWindows() => NoSpace,
        var number => number,
    };

    private static ObjectStoreException FromErrorNumber(int error, string verb, string path, Exception? cause)
    {
        var reason = cause?.Message ?? new Win32Exception(error).Message;
        return error switch
        {
            NativeFiles.NoEntry => New(StoreFault.NotFound, "it, or its folder, is not there"),
            ReadOnly => New(StoreFault.AccessDenied, "the disk is mounted for reading only; mount it for writing or choose another folder"),
            AccessDenied => New(StoreFault.AccessDenied, "this user may not; grant access to the folder or choose another"),
            NoSpace or QuotaExceeded => New(StoreFault.NoSpace, "the disk is full; free some space and try again"),
            NameTooLong => New(StoreFault.Unsupported, "the name is too long for this file system; shorten the dataset's or partition's name"),
            NativeFiles.NotPermitted or NativeFiles.Invalid or NativeFiles.TooManyLinks or NativeFiles.NotImplementedLinux
                or NativeFiles.NotSupportedMac or NativeFiles.NotSupportedLinux => New(StoreFault.Unsupported, "the file system cannot do this"),
            _ => New(StoreFault.Unavailable, "the device failed"),
        };

        ObjectStoreException New(StoreFault fault, string advice) => new(fault, $"Could not {verb} '{path}': {advice} ({reason}).", cause);
    }
}
