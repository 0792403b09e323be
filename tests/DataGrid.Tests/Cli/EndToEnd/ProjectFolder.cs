using System.Text.Json;

namespace DataGrid.Tests.Cli.EndToEnd;

/// <summary>A project in a folder of its own.</summary>
internal sealed class ProjectFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("datagrid-e2e-");

    // A quarantine also names the run, which differs.
    private static readonly (string Name, string Columns)[] Shown =
        [("bronze.events", "*"), ("silver.events", "*"), ("silver.events__quarantine", "id, amount"), ("gold.totals", "*")];

    public string Path => _folder.FullName;

    /// <summary>One step that takes longer than any test waits.</summary>
    public static ProjectFolder Endless()
    {
        var project = new ProjectFolder();
        project.Write("datagrid.yaml", "pipeline: endless\n");
        project.Write("models/gold/quick.sql", "select 42 as answer");
        project.Write("models/gold/slow.sql", "select count(*) as n from range(4000000000000) as numbers(i) where i % 7 = i % 11");
        return project;
    }

    /// <summary>A table, an append and a merge over files, small enough to run often.</summary>
    public static ProjectFolder Small()
    {
        var project = new ProjectFolder();
        project.Write("datagrid.yaml", "pipeline: small\nsources:\n  raw.events:\n    files: data/events-*.csv\n");
        project.Write("models/bronze/events.sql", "/* datagrid\nmaterialize: append\n*/\nselect id, kind, amount from raw.events");
        project.Write("models/silver/events.sql",
            "/* datagrid\nexpect:\n  - { name: positive, that: amount > 0, otherwise: quarantine }\n  - { unique: [id] }\n*/\nselect id, kind, amount from bronze.events");
        project.Write("models/gold/totals.sql", "/* datagrid\nmaterialize: merge\nkeys: [kind]\n*/\nselect kind, count(*) as n, sum(amount)::bigint as total from silver.events group by kind");
        return project;
    }

    public void Write(string file, string text)
    {
        var path = System.IO.Path.Combine(Path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>One more file of events; every tenth amount is not positive.</summary>
    public void AddEvents(int number)
    {
        const int Rows = 50;
        var lines = Enumerable.Range(number * Rows, Rows).Select(static id => FormattableString.Invariant($"{id},k{id % 4},{(id % 10 == 0 ? -1 : id % 100)}"));
        Write(FormattableString.Invariant($"data/events-{number:d3}.csv"), "id,kind,amount\n" + string.Join('\n', lines) + "\n");
    }

    /// <summary>Everything that a reader can see: the rows of every table, in an order of their own.</summary>
    public Task<string> ContentAsync() => ContentAsync(Path);

    /// <summary>As <see cref="ContentAsync()"/>, of another root.</summary>
    public static async Task<string> ContentAsync(string root)
    {
        var all = "";
        foreach (var (name, columns) in Shown)
            all += name + "\n" + await CliProcess.SucceedAsync("query", $"select {columns} from {name} order by all", "--format", "csv", "--root", root);
        return all;
    }

    /// <summary>The version of each table.</summary>
    public async Task<Dictionary<string, long>> VersionsAsync()
    {
        using var document = JsonDocument.Parse(await CliProcess.SucceedAsync("datasets", "--json", "--root", Path));
        return document.RootElement.EnumerateArray().Where(static dataset => dataset.TryGetProperty("version", out _))
            .ToDictionary(static dataset => dataset.GetProperty("name").GetString()!, static dataset => dataset.GetProperty("version").GetInt64());
    }

    /// <summary>Files below the root that belong to no table's published version.</summary>
    public IReadOnlyList<string> StagedFiles() =>
        [.. Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Where(static file => file.Contains("/staging/", StringComparison.Ordinal))];

    public void Dispose() => _folder.Delete(recursive: true);
}
