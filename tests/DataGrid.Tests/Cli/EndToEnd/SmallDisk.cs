using System.Diagnostics;
using System.Globalization;

namespace DataGrid.Tests.Cli.EndToEnd;

/// <summary>A disk of its own, in memory, as small as one likes. Only the superuser of Linux may mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("datagrid-disk-");
    private readonly List<string> _readOnly = [];

    public SmallDisk(int kibibytes) => Run("mount", "-t", "tmpfs", "-o", Size(kibibytes), "tmpfs", Path);

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Objection { get; } = WhyNot();

    public string Path => _folder.FullName;

    public void Resize(int kibibytes) => Run("mount", "-o", "remount," + Size(kibibytes), Path);

    public void MakeReadOnly() => Run("mount", "-o", "remount,ro", Path);

    public void MakeWritable() => Run("mount", "-o", "remount,rw", Path);

    /// <summary>Lets a folder of the disk be read only.</summary>
    public void MakeReadOnly(string folder)
    {
        Run("mount", "--bind", folder, folder);
        _readOnly.Add(folder);
        Run("mount", "-o", "remount,ro,bind", folder);
    }

    public void MakeWritable(string folder)
    {
        Run("umount", folder);
        _readOnly.Remove(folder);
    }

    public void Dispose()
    {
        foreach (var folder in _readOnly) Run("umount", folder);
        Run("umount", Path);
        _folder.Delete();
    }

    private static string Size(int kibibytes) => string.Create(CultureInfo.InvariantCulture, $"size={kibibytes}k");

    private static string? WhyNot()
    {
        if (!OperatingSystem.IsLinux()) return "small disks are mounted on Linux only";
        try
        {
            new SmallDisk(64).Dispose();
            return null;
        }
        catch (Exception fault) when (fault is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"this user may not mount a disk: {fault.Message}";
        }
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{command} {string.Join(' ', arguments)}: {error.Trim()}");
    }
}

/// <summary>A fact that needs a <see cref="SmallDisk"/>; left out, with the reason, where none can be had.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute()
    {
        if (SmallDisk.Objection is { } objection) Skip = objection;
    }
}
