using System.Diagnostics;
using System.Globalization;
using DataGrid.DuckDb;

namespace DataGrid.LoadTests.Benches;

/// <summary>Work that is larger than the memory that it may take.</summary>
internal sealed class MemoryBench : IBench
{
    private const int Files = 4;
    private const long RowsPerFile = 11_000_000;
    private const string Limit = "512MB";
    private const double MostResidentMegabytes = 1000;

    public string Name => "memory";

    public string Description => "sort, join and group-by over 4 GB with 512 MB for the engine; the process must stay below 1 GB";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        var project = context.Fresh("project");
        var bytes = WriteData(project);
        Console.Error.WriteLine($"  {bytes / 1e9:0.0} GB of data");
        await File.WriteAllTextAsync(Path.Combine(project, "datagrid.yaml"), "pipeline: big\nsources:\n  raw.big:\n    files: data/*.parquet\n");
        Directory.CreateDirectory(Path.Combine(project, "models/gold"));
        var models = new (string Name, string Sql)[]
        {
            ("sorted", "select * from (select id, body, row_number() over (order by body, id) as place from raw.big) where place % 1000 = 0"),
            ("joined", "select count(*) as matches, min(l.body) as least from raw.big as l join raw.big as r on r.id = l.partner"),
            ("grouped", "select count(*) as groups, max(n) as most from (select kind, count(*) as n, sum(amount) as total from raw.big group by kind)"),
        };
        foreach (var (name, sql) in models) await File.WriteAllTextAsync(Path.Combine(project, $"models/gold/{name}.sql"), sql);

        // Each step alone, so that its own peak is seen. Once: this is about a limit, and takes minutes.
        var measured = new List<Measured>();
        foreach (var (name, _) in models)
        {
            var clock = Stopwatch.StartNew();
            var child = (await Child.RunAsync([context.Cli, "run", project, "--select", $"gold.{name}", "--memory", Limit])).Succeeded();
            measured.Add(new Measured($"{name}, resident", "MB", [child.PeakBytes / 1e6]));
            measured.Add(new Measured($"{name}, time", "s", [clock.Elapsed.TotalSeconds]));
            Console.Error.WriteLine($"  {name}: {child.PeakBytes / 1e6:0} MB, {clock.Elapsed.TotalSeconds:0.0} s");
        }
        return new BenchReport
        {
            Bench = Name,
            Measured = [.. measured],
            Judged = [.. measured.Where(static m => m.Unit == "MB").Select(static m => new Judged(m.Name, m.Samples, MostResidentMegabytes, Unit: "MB"))],
            Notes = [$"{bytes / 1e9:0.0} GB in {Files} files"],
        };
    }

    private static long WriteData(string project)
    {
        var folder = Directory.CreateDirectory(Path.Combine(project, "data")).FullName;
        using var instance = DuckDbInstance.Open(config: new Dictionary<string, string> { ["memory_limit"] = "2GB", ["preserve_insertion_order"] = "false" });
        using var connection = instance.Connect();
        var rows = Files * RowsPerFile;
        for (var file = 0; file < Files; file++)
        {
            var first = file * RowsPerFile;
            var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"big-{file}.parquet"));
            connection.Execute(
                $"""
                copy (
                  select i as id, ((i * 7919) % {rows})::bigint as partner, hash(i) % 5000000 as kind, (i % 1000) / 7.0 as amount,
                    md5(i::varchar) || md5((i + 1)::varchar) as body
                  from range({first}, {first + RowsPerFile}) as numbers(i)
                ) to {SqlText.QuoteLiteral(path)} (format parquet, compression uncompressed)
                """);
        }
        return Directory.EnumerateFiles(folder).Sum(static file => new FileInfo(file).Length);
    }
}
