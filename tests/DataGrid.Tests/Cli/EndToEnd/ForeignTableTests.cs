using System.Text.Json.Nodes;
using DataGrid.Storage.Tests.Support;

namespace DataGrid.Tests.Cli.EndToEnd;

/// <summary>Models and queries over tables that other engines wrote: renamed columns, deleted rows, changed types.</summary>
public sealed class ForeignTableTests : IDisposable
{
    private readonly ProjectFolder _project = new();

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task Models_and_queries_see_the_rows_that_the_other_engine_meant()
    {
        PutForeignTables("mapped-by-name", "mapped-by-id", "vectors", "widened");
        _project.Write("datagrid.yaml", "pipeline: readers\n");
        foreach (var mode in new[] { "name", "id" })
            _project.Write($"models/gold/by_{mode}.sql", $"select \"first name\" as id, nested.\"inner name\" as word, \"never written\" is null as absent from ext.mapped_by_{mode}");
        _project.Write("models/gold/kept.sql", "select id from ext.vectors");
        _project.Write("models/gold/wide.sql", "select n, day, s.x as x from ext.widened");
        _project.Write("models/gold/seen.sql", "/* datagrid\nmaterialize: view\n*/\nselect nested.\"inner name\" as word from ext.mapped_by_id");
        const string Kept = "count(*) as kept, count(*) filter (id in (0, 1, 50000, 65535, 65536, 99999, 1000003, 1000004, 1000007)) as deleted";

        await CliProcess.SucceedAsync("run", _project.Path);

        Assert.Equal("id,word,absent\n1,x,true\n2,y,true\n", await QueryAsync("select * from gold.by_name order by id"));
        Assert.Equal("id,word,absent\n1,x,true\n2,y,true\n", await QueryAsync("select * from gold.by_id order by id"));
        Assert.Equal("kept,deleted\n100001,0\n", await QueryAsync($"select {Kept} from gold.kept"));
        Assert.Equal("n,x,at\n1,1,2026-01-02 00:00:00\n10000000000,70000,2026-01-03 04:05:06\n", await QueryAsync("select n, x, day::varchar as at from gold.wide order by n"));
        Assert.Equal("word\nx\ny\n", await QueryAsync("select word from gold.seen order by word"));
        Assert.Equal("kept,deleted\n100001,0\n", await QueryAsync($"select {Kept} from ext.vectors"));
        Assert.Equal("id\n1\n2\n", await QueryAsync("select \"first name\" as id from ext.mapped_by_id order by id"));
    }

    [Fact]
    public async Task Rows_that_another_engine_deleted_from_a_table_of_ours_stay_deleted_when_a_step_appends()
    {
        using var project = ProjectFolder.Small();
        project.AddEvents(0);
        await CliProcess.SucceedAsync("run", project.Path);
        DeleteSixRows(Path.Combine(project.Path, ".datagrid/default/tables/bronze/events"));
        project.AddEvents(1);

        await CliProcess.SucceedAsync("run", project.Path);

        Assert.Equal("n\n94\n", await CliProcess.SucceedAsync("query", "select count(*) as n from bronze.events", "--format", "csv", "--root", project.Path));
        Assert.Equal("n\n94\n", await CliProcess.SucceedAsync(
            "query", "select (select count(*) from silver.events) + (select count(*) from silver.events__quarantine) as n", "--format", "csv", "--root", project.Path));
    }

    [Fact]
    public async Task A_table_that_cannot_be_read_is_named_when_it_is_used_and_disturbs_nobody_else()
    {
        PutForeignTables("refused", "widened");
        _project.Write("datagrid.yaml", "pipeline: readers\n");
        _project.Write("models/gold/wide.sql", "select n from ext.widened");

        await CliProcess.SucceedAsync("run", _project.Path);
        var (code, _, error) = await CliProcess.RunAsync("query", "from ext.refused", "--root", _project.Path);

        Assert.Equal(2, code);
        Assert.Contains("variantType", error, StringComparison.Ordinal);
    }

    private Task<string> QueryAsync(string sql) => CliProcess.SucceedAsync("query", sql, "--format", "csv", "--root", _project.Path);

    private void PutForeignTables(params string[] names)
    {
        var golden = Path.Combine(_project.Path, "golden");
        OwnGoldenTables.Write(golden);
        var place = Directory.CreateDirectory(Path.Combine(_project.Path, ".datagrid/default/tables/ext")).FullName;
        foreach (var name in names) Directory.Move(Path.Combine(golden, name, "delta"), Path.Combine(place, name.Replace('-', '_')));
    }

    /// <summary>Marks rows 3, 4, 7, 11, 18 and 29 of the table's only file as deleted, as engines do that do not rewrite files.</summary>
    private static void DeleteSixRows(string table)
    {
        var first = File.ReadAllLines(Path.Combine(table, "_delta_log", "00000000000000000000.json")).Select(static line => JsonNode.Parse(line)!).ToList();
        var protocol = first.Select(static line => line["protocol"]).OfType<JsonNode>().Single().DeepClone();
        protocol["minReaderVersion"] = 3;
        protocol["readerFeatures"] = new JsonArray("deletionVectors");
        protocol["writerFeatures"]!.AsArray().Add("deletionVectors");
        var add = first.Select(static line => line["add"]).OfType<JsonNode>().Single().DeepClone();
        var remove = new JsonObject { ["path"] = (string)add["path"]!, ["dataChange"] = true, ["deletionTimestamp"] = 1 };
        add["deletionVector"] = new JsonObject { ["storageType"] = "i", ["pathOrInlineDv"] = "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", ["sizeInBytes"] = 44, ["cardinality"] = 6 };
        File.WriteAllLines(Path.Combine(table, "_delta_log", "00000000000000000001.json"),
        [
            """{"commitInfo":{"timestamp":1,"operation":"DELETE","engineInfo":"another engine"}}""",
            new JsonObject { ["protocol"] = protocol }.ToJsonString(),
            new JsonObject { ["remove"] = remove }.ToJsonString(),
            new JsonObject { ["add"] = add }.ToJsonString(),
        ]);
    }
}
