using DataGrid.Contracts.Storage;

namespace DataGrid.Storage.Local;

/// <summary>Gives a finished temporary file its final name only when that name is free, atomically among all processes.</summary>
internal interface INoReplace
{
    /// <summary><c>false</c> when the name is taken.</summary>
    bool Publish(string temporary, string file);
}

/// <summary>Picks the way that this volume can do.</summary>
internal static class NoReplace
{
    /// <summary>Of a store that was opened for reading.</summary>
    internal static INoReplace Never { get; } = new Refusal();

    /// <summary>Tries the ways in a folder of the volume.</summary>
    /// <exception cref="ObjectStoreException"><see cref="StoreFault.Unsupported"/>: none works, so tables here could lose commits.</exception>
    internal static INoReplace Choose(string folder)
    {
        if (OperatingSystem.IsWindows()) return new WindowsMove();
        INoReplace[] ways = OperatingSystem.IsLinux() ? [new HardLink(), new RenameWithoutReplace()] : [new HardLink()];
        foreach (var way in ways)
            if (Works(way, folder)) return way;
        throw new ObjectStoreException(StoreFault.Unsupported,
            $"The volume of '{folder}' can neither make hard links nor rename without replacing, so two writers could overwrite each other's commits. Choose a folder on a local disk.", null);
    }

    private static bool Works(INoReplace way, string folder)
    {
        var from = Path.Combine(folder, DurableFiles.TemporaryPrefix + Guid.NewGuid().ToString("N"));
        var to = from + "-probe";
        try
        {
            File.WriteAllBytes(from, []);
            if (!way.Publish(from, to)) return false;
            File.WriteAllBytes(from, []);
            return !way.Publish(from, to);
        }
        catch (ObjectStoreException fault) when (fault.Fault == StoreFault.Unsupported)
        {
            return false;
        }
        finally
        {
            File.Delete(from);
            File.Delete(to);
        }
    }

    private sealed class Refusal : INoReplace
    {
        public bool Publish(string temporary, string file) => throw new ObjectStoreException(StoreFault.Unsupported, $"'{file}' lies in a store that was opened for reading.", null);
    }

    private sealed class HardLink : INoReplace
    {
        public bool Publish(string temporary, string file)
        {
            if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
            return LocalFaults.CreatedOrThrow(NativeFiles.Link(temporary, file), file);
        }
    }

    private sealed class RenameWithoutReplace : INoReplace
    {
        public bool Publish(string temporary, string file) => LocalFaults.CreatedOrThrow(NativeFiles.RenameNoReplaceLinux(temporary, file), file);
    }

    private sealed class WindowsMove : INoReplace
    {
        private const int FileExists = 80;
        private const int AlreadyExists = 183;

        public bool Publish(string temporary, string file)
        {
            if (!OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
            var error = NativeFiles.MoveNoReplaceWindows(temporary, file);
            if (error is FileExists or AlreadyExists) return false;
            LocalFaults.ThrowIfFailed(error, "create", file);
            return true;
        }
    }
}
