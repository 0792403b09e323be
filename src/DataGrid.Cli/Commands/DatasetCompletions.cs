using System.CommandLine.Completions;
using DataGrid.Cli.Hosting;

namespace DataGrid.Cli.Commands;

/// <summary>Dataset names for the shell's completion: those of the root's tables and of the models below the current folder. Reads folder names only, so that
/// pressing Tab stays quick, and never fails.</summary>
internal static class DatasetCompletions
{
    private const string Models = "models";

    public static IEnumerable<CompletionItem> Complete(CompletionContext context)
    {
        var word = context.WordToComplete;
        return Names(context.ParseResult.GetValue(GlobalOptions.Root))
            .Where(name => name.StartsWith(word.TrimStart('+'), StringComparison.OrdinalIgnoreCase))
            .Select(name => new CompletionItem(word.StartsWith('+') ? "+" + name : name));
    }

    internal static IReadOnlyCollection<string> Names(string? rootOption)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        try
        {
            if (Root.Guess(rootOption) is { } root)
            {
                foreach (var tables in Directory.EnumerateDirectories(root, "tables", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }))
                    AddTables(names, tables);
                AddModels(names, Path.Combine(Path.GetDirectoryName(root)!, Models));
            }
            AddModels(names, Path.Combine(Directory.GetCurrentDirectory(), Models));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return names;
        }
        return names;
    }

    private static void AddTables(SortedSet<string> names, string tables)
    {
        foreach (var space in Directory.EnumerateDirectories(tables))
        foreach (var table in Directory.EnumerateDirectories(space))
            names.Add($"{Path.GetFileName(space)}.{Path.GetFileName(table)}");
    }

    private static void AddModels(SortedSet<string> names, string models)
    {
        if (!Directory.Exists(models)) return;
        foreach (var space in Directory.EnumerateDirectories(models))
        foreach (var model in Directory.EnumerateFiles(space, "*.sql"))
            names.Add($"{Path.GetFileName(space)}.{Path.GetFileNameWithoutExtension(model)}");
    }
}
