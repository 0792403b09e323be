using System.Buffers.Binary;
using System.Globalization;
using System.Runtime;

namespace DataGrid.Cli.Hosting;

/// <summary>
/// Notes which methods a command compiles at run time, and lets a thread of the runtime compile them ahead of their use the next time: while a command starts it keeps one processor
/// busy, and half of the methods that are left to compile are met when both are. The folder is beside the program and made by whoever installs it for one user, as the launcher does;
/// where there is none, or it cannot be written, nothing is noted. What a profile says is only compiled, never run, and what does not belong to this build is passed over.
/// The runtime trusts what it reads, though, and a profile with a wrong byte can end the process: a profile is kept behind its checksum.
/// </summary>
internal sealed class StartupProfile
{
    /// <summary>Names another folder.</summary>
    public const string Variable = "DATAGRID_STARTUP_PROFILES";

    private const string Extension = ".profile";
    private const int ChecksumBytes = sizeof(ulong);
    private static readonly TimeSpan KilledAfter = TimeSpan.FromHours(1);

    private readonly string _folder;
    private readonly string _shared;
    private readonly string _own;

    private StartupProfile(string folder, string command)
    {
        _folder = folder;
        _shared = Path.Combine(folder, command + Extension);
        // The runtime writes into the file that it read, so each process has a copy.
        _own = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{command}-{Environment.ProcessId}"));
    }

    /// <summary>Begins with the command that the arguments name; null where nothing is to be noted.</summary>
    public static StartupProfile? Begin(string[] arguments)
    {
        var folder = Environment.GetEnvironmentVariable(Variable) ?? Path.Combine(AppContext.BaseDirectory, "startup");
        if (arguments.Length == 0 || arguments[0].Length is 0 or > 32 || !arguments[0].All(char.IsAsciiLetterLower) || !Directory.Exists(folder))
            return null;
        var profile = new StartupProfile(folder, arguments[0]);
        return profile.Start() ? profile : null;
    }

    /// <summary>Keeps what was noted for the next time, unless the command failed on its way.</summary>
    public void End(bool succeeded)
    {
        // Null ends the profile, and writes it.
        ProfileOptimization.StartProfile(null!);
        Quietly(() =>
        {
            if (succeeded && File.Exists(_own))
            {
                // Under its final name only when it is complete.
                var sealedCopy = _own + ".sealed";
                File.WriteAllBytes(sealedCopy, Seal(File.ReadAllBytes(_own)));
                File.Move(sealedCopy, _shared, overwrite: true);
            }
            File.Delete(_own);
            var killed = TimeProvider.System.GetUtcNow().UtcDateTime - KilledAfter;
            foreach (var left in new DirectoryInfo(_folder).GetFiles().Where(file => file.Extension != Extension && file.LastWriteTimeUtc < killed))
                left.Delete();
        });
    }

    private bool Start() => Quietly(() =>
    {
        if (File.Exists(_shared) && Unseal(File.ReadAllBytes(_shared)) is { Length: > 0 } profile)
            File.WriteAllBytes(_own, profile);
        else
            File.Delete(_own);
        ProfileOptimization.SetProfileRoot(_folder);
        ProfileOptimization.StartProfile(Path.GetFileName(_own));
    });

    private static byte[] Seal(byte[] profile)
    {
        var file = new byte[ChecksumBytes + profile.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, Checksum(profile));
        profile.CopyTo(file, ChecksumBytes);
        return file;
    }

    /// <summary>The profile; null when the file is not what was written.</summary>
    private static byte[]? Unseal(byte[] file) =>
        file.Length >= ChecksumBytes && BinaryPrimitives.ReadUInt64LittleEndian(file) == Checksum(file.AsSpan(ChecksumBytes)) ? file[ChecksumBytes..] : null;

    /// <summary>FNV-1a: against accidents, not against who may write beside the program anyway.</summary>
    private static ulong Checksum(ReadOnlySpan<byte> bytes)
    {
        var hash = 0xCBF29CE484222325UL;
        foreach (var one in bytes)
            hash = (hash ^ one) * 0x100000001B3UL;
        return hash;
    }

    /// <summary>No command fails because its next start may be slower.</summary>
    private static bool Quietly(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
