using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using DataGrid.DuckDb;

namespace DataGrid.Grains.Tests.Faults;

/// <summary>
/// Looks at a root from outside, with a JSON parser and plain DuckDB: versions without gaps, every file there with its recorded length and rows, nothing committed twice, no file that
/// nothing names, every run ended, what a run says to be published is, what failed is not.
/// </summary>
internal sealed class RootChecker : IDisposable
{
    private static readonly string[] Terminal = ["succeeded", "failed", "cancelled", "partially_published", "abandoned"];

    private readonly DuckDbInstance _instance = DuckDbInstance.Open();
    private readonly DuckDbConnection _connection;
    private readonly string _workspace;

    public RootChecker(string root)
    {
        _workspace = Path.Combine(root, "default");
        _connection = _instance.Connect();
        var tables = Path.Combine(_workspace, "tables");
        Tables = !Directory.Exists(tables) ? [] :
        [
            .. from space in Directory.EnumerateDirectories(tables).Order(StringComparer.Ordinal)
               from table in Directory.EnumerateDirectories(space).Order(StringComparer.Ordinal)
               where Directory.Exists(Path.Combine(table, "_delta_log"))
               select TableFiles.Read(table),
        ];
    }

    public ImmutableArray<TableFiles> Tables { get; }

    /// <summary>What is wrong; empty when nothing is.</summary>
    public List<string> Check()
    {
        var findings = Tables.SelectMany(static table => table.Findings).ToList();
        foreach (var table in Tables)
        {
            findings.AddRange(from file in table.Live let rows = Count($"SELECT count(*) FROM read_parquet({Text(file.Path)})") where rows != file.Rows
                              select $"{table.Name}: {file.Path} has {rows} rows, not {file.Rows}");
            CheckCheckpoints(table, findings);
        }
        var runs = Path.Combine(_workspace, "runs");
        if (Directory.Exists(runs))
            foreach (var run in Directory.EnumerateDirectories(runs)) CheckRun(run, findings);
        findings.AddRange(from folder in Directory.Exists(Path.Combine(_workspace, "tables")) ? Directory.EnumerateDirectories(Path.Combine(_workspace, "tables"), "*", SearchOption.AllDirectories) : []
                          where !Directory.Exists(Path.Combine(folder, "_delta_log")) && Directory.EnumerateFiles(folder, "*.parquet").Any() && !Tables.Any(table => folder.StartsWith(table.Folder, StringComparison.Ordinal))
                          select $"{folder} has files and no table");
        return findings;
    }

    /// <summary>Rows of a table that another root's table does not have, counted, in both directions; columns that name the run are left aside.</summary>
    public string? Difference(string table, RootChecker other)
    {
        var (mine, theirs) = (Rows(table), other.Rows(table));
        var only = Count($"SELECT count(*) FROM ({mine} EXCEPT ALL {theirs})");
        var missing = Count($"SELECT count(*) FROM ({theirs} EXCEPT ALL {mine})");
        return only == 0 && missing == 0 ? null : $"{table}: {only} rows too many, {missing} missing (of {Count($"SELECT count(*) FROM ({theirs})")})";
    }

    /// <summary>Key values that stand more than once.</summary>
    public long Repeated(string table, string key) => Count($"SELECT count(*) FROM (SELECT {key} FROM ({Rows(table)}) GROUP BY {key} HAVING count(*) > 1)");

    public long CountRows(string table) => Count($"SELECT count(*) FROM ({Rows(table)})");

    public void Dispose()
    {
        _connection.Dispose();
        _instance.Dispose();
    }

    private string Rows(string table)
    {
        var files = Tables.Single(known => known.Name == table).Live;
        if (files.Count == 0) return "SELECT 1 WHERE false";
        var isQuarantine = table.EndsWith("__quarantine", StringComparison.Ordinal);
        return $"SELECT * {(isQuarantine ? "EXCLUDE (run_id)" : "")} FROM read_parquet([{string.Join(", ", files.Select(static file => Text(file.Path)))}], union_by_name = true, hive_partitioning = true)";
    }

    private void CheckCheckpoints(TableFiles table, List<string> findings)
    {
        foreach (var checkpoint in Directory.EnumerateFiles(Path.Combine(table.Folder, "_delta_log"), "*.checkpoint.parquet"))
        {
            var version = int.Parse(Path.GetFileName(checkpoint).Split('.')[0], CultureInfo.InvariantCulture);
            using var result = _connection.Query($"SELECT \"add\".path FROM read_parquet({Text(checkpoint)}) WHERE \"add\".path IS NOT NULL", CancellationToken.None);
            var files = result.ReadRows(CancellationToken.None).Select(static row => Uri.UnescapeDataString((string)row[0]!)).ToHashSet(StringComparer.Ordinal);
            if (version >= table.Versions.Count || !files.SetEquals(table.Versions[version])) findings.Add($"{table.Name}: the checkpoint of version {version} names other files than its log");
        }
    }

    private void CheckRun(string folder, List<string> findings)
    {
        var run = Path.GetFileName(folder);
        if (Directory.Exists(Path.Combine(folder, "staging")) && Directory.EnumerateFiles(Path.Combine(folder, "staging"), "*", SearchOption.AllDirectories).Any())
            findings.Add($"run {run} left staged files");
        var file = Path.Combine(folder, File.Exists(Path.Combine(folder, "end.json")) ? "end.json" : "run.json");
        if (!File.Exists(file)) return;
        var record = JsonDocument.Parse(File.ReadAllBytes(file)).RootElement;
        var status = record.GetProperty("status").GetString()!;
        if (!Terminal.Contains(status)) findings.Add($"run {run} never ended: {status}");
        var commits = Tables.Where(table => table.Transactions.ContainsKey(run)).ToDictionary(static table => table.Name, table => table.Transactions[run]);
        if (status is "failed" or "cancelled" or "abandoned" && commits.Count > 0) findings.Add($"run {run} is {status}, but committed {string.Join(", ", commits.Keys)}");
        if (status != "succeeded") return;
        foreach (var step in record.GetProperty("steps").EnumerateArray())
        {
            if (!step.TryGetProperty("version", out var version) || version.ValueKind == JsonValueKind.Null) continue;
            var name = step.GetProperty("name").GetString()!;
            if (commits.GetValueOrDefault(name, -1) != version.GetInt64()) findings.Add($"run {run} says that {name} is version {version}, its log does not");
        }
    }

    private long Count(string sql) => _connection.ExecuteScalar<long>(sql, CancellationToken.None);

    private static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
