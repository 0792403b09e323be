namespace DataGrid.Tests.Tidy;

/// <summary>The checked-out repository that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] Unowned = [".git", "bin", "obj", "node_modules", ".datagrid", "artifacts", "TestResults", ".vs", ".idea"];

    /// <summary>The folder that holds <c>DataGrid.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every file that people wrote, relative to <see cref="Root"/>, <c>/</c> between folders, in ordinal order.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. Walk(Root).Select(static path => Path.GetRelativePath(Root, path).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>Files below a folder with one of the endings.</summary>
    public static IEnumerable<string> Find(string folder, params string[] endings) =>
        Files.Where(file => file.StartsWith(folder, StringComparison.Ordinal) && endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)));

    /// <summary>A file's text.</summary>
    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>A file's lines.</summary>
    public static string[] ReadLines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    private static IEnumerable<string> Walk(string folder) =>
        Directory.EnumerateFiles(folder)
            .Where(static file => File.ResolveLinkTarget(file, returnFinalTarget: false) is null && Path.GetFileName(file) != ".git")
            .Concat(Directory.EnumerateDirectories(folder).Where(static child => !Unowned.Contains(Path.GetFileName(child))).SelectMany(Walk));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "DataGrid.sln"))) return folder.FullName;
        throw new InvalidOperationException("the tests were not started inside the repository");
    }
}
