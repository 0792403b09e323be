using DataGrid.Contracts.Errors;
using DataGrid.Silo.Roots;

namespace DataGrid.Cli.Hosting;

/// <summary>Finds the root: the folder that holds tables and runs, or the state of one whose tables lie elsewhere.</summary>
internal static class Root
{
    public const string FolderName = ".datagrid";
    public const string ProjectFile = "datagrid.yaml";
    public const string Variable = "DATAGRID_ROOT";

    /// <summary>The root of a command that runs a project: <c>--root</c>, else <c>DATAGRID_ROOT</c>, else <c>.datagrid</c> beside the project file.</summary>
    public static string ForProject(CommandContext context, string projectDirectory) =>
        Chosen(context) is { } chosen ? Resolve(chosen) : Path.Combine(Path.GetFullPath(projectDirectory), FolderName);

    /// <summary>The root of a reading command: <c>--root</c>, else <c>DATAGRID_ROOT</c>, else that of the folder one is in or of the nearest one above,
    /// else the one that was run last from here.</summary>
    /// <exception cref="DataGridException">There is none.</exception>
    public static string ForReading(CommandContext context)
    {
        var root = Chosen(context) is { } chosen ? Resolve(chosen) : Here();
        if (root is not null && Directory.Exists(root)) return root;
        throw new DataGridException(new Problem
        {
            Code = ErrorCodes.ProjectNotFound,
            Message = root is null ? $"there is no {FolderName} folder here or above, and nothing was run from here" : $"there is no folder {root}",
            Help = $"run a project first (datagrid run FOLDER), or say where its tables are with --root FOLDER",
        });
    }

    /// <summary>As <see cref="ForReading"/>, for completion: null instead of a failure.</summary>
    public static string? Guess(string? option)
    {
        var root = option is not null ? Resolve(option) : Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set ? Resolve(set) : Here();
        return Directory.Exists(root) ? root : null;
    }

    private static string? Chosen(CommandContext context) => context.RootOption ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set ? set : null);

    // A project folder may be given for its root, and an address for the state of a root whose tables lie elsewhere.
    private static string Resolve(string folder)
    {
        if (StoreAddress.TryParse(folder, out var address)) return address.Enter();
        if (folder.Contains("://", StringComparison.Ordinal))
            throw new DataGridException(new Problem { Code = ErrorCodes.UsageInvalid, Message = $"'{folder}' is no root", Help = "write a folder, s3://BUCKET/PREFIX or az://CONTAINER/PREFIX" });
        var full = Path.GetFullPath(folder);
        var inside = Path.Combine(full, FolderName);
        return Path.GetFileName(Path.TrimEndingDirectorySeparator(full)) != FolderName && (Directory.Exists(inside) || File.Exists(Path.Combine(full, ProjectFile)))
            ? inside
            : full;
    }

    private static string? Here() => Above(Directory.GetCurrentDirectory()) ?? LastRoot.Find();

    private static string? Above(string folder)
    {
        for (var current = folder; current is not null; current = Path.GetDirectoryName(current))
        {
            var candidate = Path.Combine(current, FolderName);
            if (Directory.Exists(candidate)) return candidate;
        }
        return null;
    }
}
