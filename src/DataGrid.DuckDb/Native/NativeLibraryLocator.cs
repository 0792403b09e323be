using System.Reflection;
using System.Runtime.InteropServices;

namespace DataGrid.DuckDb.Native;

/// <summary>Finds the native library that the build put next to the assembly, and refuses an engine that was never tested.</summary>
internal static unsafe class NativeLibraryLocator
{
    internal const string Library = "duckdb";

    /// <summary>The engine's behaviour that the project relies on (hashes, error texts, statistics) was tested on these versions only. Linux on x64 has the
    /// first; the package feed has the second for the other platforms (docs/decisions/0001-dependencies.md).</summary>
    internal static readonly string[] TestedVersions = ["v1.5.6", "v1.5.5"];

    internal static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
            return 0;
        var tried = Candidates(assembly).ToList();
        foreach (var candidate in tried)
        {
            if (File.Exists(candidate))
            {
                var handle = NativeLibrary.Load(candidate);
                CheckVersion(handle, candidate);
                return handle;
            }
        }
        throw new DllNotFoundException(
            $"DuckDB's native library for {RuntimeIdentifier()} was not found. Looked for: {string.Join(", ", tried)}. " +
            "Build again with npm installed, or publish with -r for this platform.");
    }

    internal static string RuntimeIdentifier()
    {
        var os = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        var cpu = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 && os != "win" ? "arm64" : "x64";
        return $"{os}-{cpu}";
    }

    internal static string VersionProblem(string found, string where) =>
        $"DuckDB {found} was loaded from {where}, but DataGrid is tested with {string.Join(" and ", TestedVersions)} only: " +
        "delete node_modules at the repository root and build again, or remove the other library.";

    private static IEnumerable<string> Candidates(Assembly assembly)
    {
        var file = OperatingSystem.IsWindows() ? "duckdb.dll" : OperatingSystem.IsMacOS() ? "libduckdb.dylib" : "libduckdb.so";
        var folders = new List<string> { AppContext.BaseDirectory };
        // Test hosts and plug-ins load the assembly from elsewhere than the process's own folder; a single-file bundle has no location.
        if (Path.GetDirectoryName(assembly.Location) is { Length: > 0 } folder)
            folders.Insert(0, folder);
        foreach (var parent in folders.Distinct(StringComparer.Ordinal))
        {
            yield return Path.Combine(parent, "runtimes", RuntimeIdentifier(), "native", file);
            yield return Path.Combine(parent, file);
        }
    }

    private static void CheckVersion(nint handle, string where)
    {
        var version = (delegate* unmanaged[Cdecl]<byte*>)NativeLibrary.GetExport(handle, "duckdb_library_version");
        var found = Marshal.PtrToStringUTF8((nint)version()) ?? "of unknown version";
        if (!TestedVersions.Contains(found, StringComparer.Ordinal))
            throw new NotSupportedException(VersionProblem(found, where));
    }
}
