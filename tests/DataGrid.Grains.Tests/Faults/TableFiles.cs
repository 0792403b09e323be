using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DataGrid.Grains.Tests.Faults;

/// <summary>A table as its log says, read with a JSON parser and nothing of the code that wrote it; and what is wrong with it.</summary>
internal sealed partial class TableFiles
{
    private readonly List<string> _findings = [];
    private readonly Dictionary<string, AddedFile> _live = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AddedFile> _everNamed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _transactions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _domains = new(StringComparer.Ordinal);

    private TableFiles(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary><c>namespace.name</c>.</summary>
    public string Name => $"{Path.GetFileName(Path.GetDirectoryName(Folder))}.{Path.GetFileName(Folder)}";

    public IReadOnlyList<string> Findings => _findings;

    public IReadOnlyCollection<AddedFile> Live => _live.Values;

    /// <summary>The runs that committed here, with the version.</summary>
    public IReadOnlyDictionary<string, long> Transactions => _transactions;

    public ImmutableArray<string> PartitionColumns { get; private set; } = [];

    /// <summary>The live files of every version, by path, for a look at checkpoints.</summary>
    public List<ImmutableHashSet<string>> Versions { get; } = [];

    public static TableFiles Read(string folder)
    {
        var table = new TableFiles(folder);
        table.Replay();
        table.LookForStrays();
        return table;
    }

    private void Replay()
    {
        var log = Path.Combine(Folder, "_delta_log");
        var entries = Directory.GetFiles(log).Select(static file => Path.GetFileName(file)).Where(static name => Entry().IsMatch(name)).Order(StringComparer.Ordinal).ToArray();
        if (entries.Length == 0) Find("has no version");
        for (var version = 0; version < entries.Length; version++)
        {
            if (entries[version] != version.ToString("D20", CultureInfo.InvariantCulture) + ".json") Find($"version {version} is missing: there is {entries[version]}");
            foreach (var line in File.ReadLines(Path.Combine(log, entries[version])))
                Apply(version, JsonDocument.Parse(line).RootElement);
            Versions.Add([.. _live.Keys]);
        }
        if (_domains.TryGetValue("datagrid.cursor", out var cursor) && !File.Exists(Path.Combine(Folder, cursor))) Find($"its cursor {cursor} is missing");
    }

    private void Apply(int version, JsonElement line)
    {
        if (line.TryGetProperty("add", out var add)) Add(version, add);
        if (line.TryGetProperty("remove", out var remove) && !_live.Remove(Uri.UnescapeDataString(remove.GetProperty("path").GetString()!)))
            Find($"version {version} removes {remove.GetProperty("path")}, which is not in the table");
        if (line.TryGetProperty("txn", out var transaction) && transaction.GetProperty("appId").GetString()!.StartsWith("run:", StringComparison.Ordinal)
            && !_transactions.TryAdd(transaction.GetProperty("appId").GetString()!["run:".Length..].Split('/')[0], version))
            Find($"version {version} commits {transaction.GetProperty("appId")} for the second time");
        if (line.TryGetProperty("domainMetadata", out var domain)) _domains[domain.GetProperty("domain").GetString()!] = domain.GetProperty("configuration").GetString()!;
        if (line.TryGetProperty("metaData", out var metadata)) PartitionColumns = [.. metadata.GetProperty("partitionColumns").EnumerateArray().Select(static column => column.GetString()!)];
    }

    private void Add(int version, JsonElement add)
    {
        var path = Uri.UnescapeDataString(add.GetProperty("path").GetString()!);
        var statistics = JsonDocument.Parse(add.GetProperty("stats").GetString()!).RootElement;
        var file = new AddedFile(Path.Combine(Folder, path), add.GetProperty("size").GetInt64(), statistics.GetProperty("numRecords").GetInt64());
        if (!_live.TryAdd(path, file)) Find($"version {version} adds {path}, which is there already");
        if (!_everNamed.TryAdd(path, file)) Find($"version {version} adds {path} again");
        var info = new FileInfo(file.Path);
        if (!info.Exists) Find($"version {version} names {path}, which is not there");
        else if (info.Length != file.Bytes) Find($"{path} has {info.Length} bytes, not {file.Bytes}");
    }

    private void LookForStrays()
    {
        foreach (var file in Directory.EnumerateFiles(Folder, "*.parquet", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(Folder, file).Replace('\\', '/');
            if (!path.StartsWith("_delta_log/", StringComparison.Ordinal) && !_everNamed.ContainsKey(path)) Find($"no version names {path}");
        }
    }

    private void Find(string what) => _findings.Add($"{Name} {what}");

    [GeneratedRegex(@"^\d{20}\.json$")]
    private static partial Regex Entry();
}

/// <summary>A file that a log entry added.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Bytes">Its length, as the entry says.</param>
/// <param name="Rows">Its rows, as the entry says.</param>
internal sealed record AddedFile(string Path, long Bytes, long Rows);
