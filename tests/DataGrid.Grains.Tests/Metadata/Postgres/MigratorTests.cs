using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Metadata.Postgres;
using DataGrid.Metadata.Postgres.Migrations;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Tests.Metadata.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class MigratorTests(PostgresServer server)
{
    [Fact]
    public void Steps_are_numbered_without_gaps_and_say_who_may_use_their_database()
    {
        Assert.Equal(Enumerable.Range(1, MigrationScript.All.Length), MigrationScript.All.Select(static script => script.Version));
        Assert.All(MigrationScript.All, static script => Assert.InRange(script.CompatibleFrom, 1, script.Version));
    }

    [Fact]
    public async Task Silos_that_start_at_once_migrate_once()
    {
        var options = await server.CreateAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => MigrateAsync(options, MigrationScript.All)));
        Assert.Equal((long)MigrationScript.All.Length, await PostgresServer.ExecuteAsync(options.Connection, "SELECT count(*) FROM datagrid.schema_version"));
    }

    [Fact]
    public async Task A_newer_silo_adds_the_steps_that_are_missing()
    {
        var options = await server.CreateAsync();
        await MigrateAsync(options, MigrationScript.All[..1]);
        await MigrateAsync(options, MigrationScript.All);
        Assert.Equal(0L, await PostgresServer.ExecuteAsync(options.Connection, "SELECT count(*) FROM datagrid.runs"));
    }

    [Fact]
    public async Task An_older_silo_goes_on_beside_a_newer_one_that_only_added()
    {
        var options = await server.CreateAsync();
        await MigrateAsync(options, MigrationScript.All);
        await using var older = await PostgresBed.OpenAsync(options);
        await MigrateAsync(options, Next("ALTER TABLE datagrid.grain_state ADD COLUMN extra integer", compatibleFrom: 1));
        await older.States.WriteStateAsync("s", GrainId.Create("g", "k"), new GrainState<LostReplyTests.Value>(new LostReplyTests.Value()));
        await older.ReopenAsync();
        var state = new GrainState<LostReplyTests.Value>();
        await older.States.ReadStateAsync("s", GrainId.Create("g", "k"), state);
        Assert.True(state.RecordExists);
        Assert.Contains(older.Log, line => line.Contains("made by a newer DataGrid", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_schema_that_is_too_new_is_refused_with_both_versions_and_what_to_do()
    {
        var options = await server.CreateAsync();
        var next = Next("SELECT 1", compatibleFrom: MigrationScript.All.Length + 1);
        await MigrateAsync(options, next);
        var error = await Assert.ThrowsAsync<DataGridException>(() => PostgresBed.OpenAsync(options));
        Assert.Equal(ErrorCodes.MetadataUnusable, error.Problem.Code);
        Assert.Contains($"has version {next.Length}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"knows version {MigrationScript.All.Length}", error.Message, StringComparison.Ordinal);
        Assert.Contains("start a newer DataGrid", error.Problem.Help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_is_another_than_was_applied_is_refused()
    {
        var options = await server.CreateAsync();
        await MigrateAsync(options, MigrationScript.All);
        var changed = MigrationScript.All.SetItem(0, new MigrationScript(1, "tables", 1, MigrationScript.All[0].Sql + "-- changed\n"));
        var error = await Assert.ThrowsAsync<DataGridException>(() => MigrateAsync(options, changed));
        Assert.Contains("step 1 of the schema", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_fails_leaves_nothing_behind()
    {
        var options = await server.CreateAsync();
        await Assert.ThrowsAsync<PostgresException>(() => MigrateAsync(options, Next("SELECT no_such_column", compatibleFrom: 1)));
        Assert.Equal(DBNull.Value, await PostgresServer.ExecuteAsync(options.Connection, "SELECT to_regclass('datagrid.schema_version')::text"));
    }

    [Fact]
    public async Task Line_ends_do_not_change_a_checksum() =>
        Assert.Equal(new MigrationScript(1, "a", 1, "x\ny\n").Checksum, await Task.FromResult(new MigrationScript(1, "a", 1, "x\r\ny\r\n").Checksum));

    private static ImmutableArray<MigrationScript> Next(string sql, int compatibleFrom) =>
        MigrationScript.All.Add(new MigrationScript(MigrationScript.All.Length + 1, "next", compatibleFrom, sql));

    private static async Task MigrateAsync(PostgresOptions options, ImmutableArray<MigrationScript> scripts)
    {
        await using var connection = new NpgsqlConnection(options.Connection.ToBuilder().ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await new Migrator(options, NullLogger.Instance, scripts).MigrateAsync(connection, CancellationToken.None);
    }
}
