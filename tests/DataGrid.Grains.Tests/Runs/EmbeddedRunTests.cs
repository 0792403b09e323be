using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;

namespace DataGrid.Grains.Tests.Runs;

/// <summary>Whole runs in one process, on the real engine and real tables.</summary>
public sealed class EmbeddedRunTests : IDisposable
{
    private readonly TestProject _project = new TestProject()
        .Write("datagrid.yaml", "pipeline: shop\nsources:\n  raw.orders:\n    files: data/orders-*.csv\n")
        .Write("data/orders-1.csv", "id,sku,amount\n1,a,10\n2,b,20\n3,a,-5\n")
        .Write("models/silver/orders.sql", "/* datagrid\nexpect:\n  - { name: positive, that: \"amount > 0\", otherwise: quarantine }\n  - { unique: [id] }\n*/\nselect id, sku, amount from raw.orders\n")
        .Write("models/gold/by_sku.sql", "select sku, sum(amount)::bigint as total from silver.orders group by sku\n")
        .Write("models/gold/top.sql", "/* datagrid\nmaterialize: view\n*/\nselect sku from gold.by_sku order by total desc limit 1\n");

    [Fact]
    public async Task A_run_publishes_every_step_and_holds_bad_rows_back()
    {
        var run = await _project.RunAsync();
        Assert.Null(run.Problem);
        Assert.Equal(RunStatus.Succeeded, run.Status);
        Assert.Equal(["a|10", "b|20"], await _project.QueryAsync("select * from gold.by_sku order by sku"));
        Assert.Equal(["3"], await _project.QueryAsync("select id from silver.orders__quarantine"));
        Assert.Equal(["b"], await _project.QueryAsync("select * from gold.top"));
        Assert.Empty(await _project.LeftoversAsync());
    }

    [Fact]
    public async Task A_second_run_makes_new_versions_and_records_what_it_read()
    {
        await using var silo = await _project.StartAsync();
        await _project.RunAsync(silo);
        var run = await _project.RunAsync(silo);
        Assert.Equal(RunStatus.Succeeded, run.Status);
        var gold = run.Steps.Single(static step => step.Name == DatasetName.Parse("gold.by_sku"));
        Assert.Equal(1, gold.Version);
        Assert.Equal(1, Assert.Single(gold.Inputs).Version);
    }

    [Fact]
    public async Task A_check_that_fails_publishes_nothing_and_leaves_no_file()
    {
        await using var silo = await _project.StartAsync();
        await _project.RunAsync(silo);
        _project.Write("data/orders-2.csv", "id,sku,amount\n1,a,10\n");
        var run = await _project.RunAsync(silo);
        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal(ErrorCodes.CheckFailed, run.Problem!.Code);
        Assert.Equal(0, await _project.VersionAsync("silver.orders"));
        Assert.Equal(["a|10", "b|20"], await _project.QueryAsync("select * from gold.by_sku order by sku"));
        Assert.Empty(await _project.LeftoversAsync());
    }

    [Fact]
    public async Task A_quarantine_is_emptied_when_its_table_is_replaced_without_bad_rows()
    {
        await using var silo = await _project.StartAsync();
        await _project.RunAsync(silo);
        _project.Write("data/orders-1.csv", "id,sku,amount\n1,a,10\n");
        await _project.RunAsync(silo);
        Assert.Equal(["0"], await _project.QueryAsync("select count(*) from silver.orders__quarantine"));
    }

    [Fact]
    public async Task An_append_reads_every_file_once_and_a_changed_file_is_refused()
    {
        _project.Write("models/silver/log.sql", "/* datagrid\nmaterialize: append\n*/\nselect id, sku from raw.orders\n");
        await using var silo = await _project.StartAsync();
        await _project.RunAsync(silo);
        _project.Write("data/orders-2.csv", "id,sku,amount\n7,c,1\n");
        await _project.RunAsync(silo);
        await _project.RunAsync(silo);
        Assert.Equal(["1", "2", "3", "7"], await _project.QueryAsync("select id from silver.log order by id"));
        _project.Write("data/orders-2.csv", "id,sku,amount\n7,c,1\n8,c,1\n");
        var refused = await _project.RunAsync(silo);
        Assert.Equal(ErrorCodes.SourceChanged, refused.Problem!.Code);
        var refreshed = await _project.RunAsync(silo, static request => request with { FullRefresh = true });
        Assert.Null(refreshed.Problem);
        Assert.Equal(["1", "2", "3", "7", "8"], await _project.QueryAsync("select id from silver.log order by id"));
    }

    [Fact]
    public async Task An_append_over_an_append_of_the_same_run_sees_every_row_once()
    {
        _project.Write("models/silver/log.sql", "/* datagrid\nmaterialize: append\n*/\nselect id, sku from raw.orders\n")
            .Write("models/gold/log.sql", "/* datagrid\nmaterialize: append\n*/\nselect id from silver.log\n");
        await using var silo = await _project.StartAsync();
        await _project.RunAsync(silo);
        _project.Write("data/orders-2.csv", "id,sku,amount\n7,c,1\n");
        await _project.RunAsync(silo);
        var idle = await _project.RunAsync(silo);
        Assert.Equal(RunStatus.Succeeded, idle.Status);
        Assert.Equal(["1", "2", "3", "7"], await _project.QueryAsync("select id from gold.log order by id"));
    }

    [Fact]
    public async Task A_merge_replaces_rows_by_key_and_keeps_the_others()
    {
        _project.Write("models/silver/current.sql", "/* datagrid\nmaterialize: merge\nkeys: [sku]\n*/\nselect sku, max(amount) as amount from raw.orders group by sku\n");
        await using var silo = await _project.StartAsync();
        await _project.RunAsync(silo);
        _project.Write("data/orders-1.csv", "id,sku,amount\n1,b,99\n2,c,1\n");
        var run = await _project.RunAsync(silo);
        Assert.Null(run.Problem);
        Assert.Equal(["a|10", "b|99", "c|1"], await _project.QueryAsync("select * from silver.current order by sku"));
    }

    [Theory]
    [InlineData("select id::varchar as id, sku, amount from raw.orders", "id")]
    [InlineData("select id, amount from raw.orders", "sku")]
    public async Task A_model_that_breaks_its_readers_is_refused_before_it_runs_and_taken_with_a_full_refresh(string sql, string column)
    {
        await using var silo = await _project.StartAsync();
        _project.Write("models/silver/plain.sql", "select id, sku, amount from raw.orders\n");
        await _project.RunAsync(silo);
        _project.Write("models/silver/plain.sql", sql);
        var refused = await _project.RunAsync(silo);
        Assert.Equal(ErrorCodes.SchemaBreaking, refused.Problem!.Code);
        Assert.Contains(column, refused.Problem.Message, StringComparison.Ordinal);
        Assert.Equal(0, await _project.VersionAsync("gold.by_sku"));
        var taken = await _project.RunAsync(silo, static request => request with { FullRefresh = true });
        Assert.Null(taken.Problem);
    }

    [Fact]
    public async Task A_new_column_and_a_wider_type_are_taken_up()
    {
        await using var silo = await _project.StartAsync();
        _project.Write("models/silver/log.sql", "/* datagrid\nmaterialize: append\n*/\nselect id::integer as id from raw.orders\n");
        await _project.RunAsync(silo);
        _project.Write("models/silver/log.sql", "/* datagrid\nmaterialize: append\n*/\nselect id::bigint as id, sku from raw.orders\n")
            .Write("data/orders-2.csv", "id,sku,amount\n7,c,1\n");
        var run = await _project.RunAsync(silo);
        Assert.Null(run.Problem);
        Assert.Equal(["1|", "2|", "3|", "7|c"], await _project.QueryAsync("select id, sku from silver.log order by id"));
    }

    [Fact]
    public async Task Another_pipeline_may_not_write_a_table_that_is_not_its_own()
    {
        await using var silo = await _project.StartAsync();
        await _project.RunAsync(silo);
        _project.Write("datagrid.yaml", "pipeline: thief\nsources:\n  raw.orders:\n    files: data/orders-*.csv\n");
        var spec = await _project.CompileAsync();
        var outcome = await silo.SubmitAsync(spec, new RunRequest { Fingerprint = spec.Fingerprint, ProjectDirectory = _project.Folder });
        Assert.Null(outcome.Run);
        Assert.All(outcome.Problems, static problem => Assert.Equal(ErrorCodes.DatasetOwned, problem.Code));
        Assert.Contains("'shop'", outcome.Problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_owner_of_the_root_is_told_who_has_it()
    {
        await using var silo = await _project.StartAsync();
        var refused = await Assert.ThrowsAsync<DataGridException>(_project.StartAsync);
        Assert.Equal(ErrorCodes.RootOwned, refused.Problem.Code);
        Assert.Contains(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), refused.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollback_brings_rows_and_cursor_back()
    {
        _project.Write("models/silver/log.sql", "/* datagrid\nmaterialize: append\n*/\nselect id, sku from raw.orders\n");
        await using var silo = await _project.StartAsync();
        await _project.RunAsync(silo);
        _project.Write("data/orders-2.csv", "id,sku,amount\n7,c,1\n");
        await _project.RunAsync(silo);
        var reply = await silo.RollbackAsync(DatasetName.Parse("silver.log"), 0, dryRun: false);
        Assert.Null(reply.Problem);
        Assert.Equal(["1", "2", "3"], await _project.QueryAsync("select id from silver.log order by id"));
        await _project.RunAsync(silo);
        Assert.Equal(["1", "2", "3", "7"], await _project.QueryAsync("select id from silver.log order by id"));
    }

    public void Dispose() => _project.Dispose();
}
