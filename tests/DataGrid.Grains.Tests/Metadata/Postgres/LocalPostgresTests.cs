using DataGrid.Metadata.Postgres;
using DataGrid.Metadata.Postgres.Local;

namespace DataGrid.Grains.Tests.Metadata.Postgres;

public sealed class LocalPostgresTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "datagrid-postgres-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Its_data_survive_a_restart_and_need_the_password()
    {
        var binaries = await PostgresBinaries.FindOrBringAsync(_ => { }, CancellationToken.None);
        var options = new LocalPostgresOptions { Folder = _folder };
        Assert.Empty(options.Validate());
        DatabaseConnection connection;
        await using (var first = await LocalPostgres.StartAsync(binaries, options, CancellationToken.None))
        {
            await first.CreateDatabaseAsync("datagrid", CancellationToken.None);
            await first.CreateDatabaseAsync("datagrid", CancellationToken.None);
            connection = DatabaseConnection.Parse(first.ConnectionText("datagrid"));
            await PostgresServer.ExecuteAsync(connection, "CREATE TABLE kept AS SELECT 42 AS value");
            Assert.Equal("on", await PostgresServer.ExecuteAsync(connection, "SHOW fsync"));
            var without = connection.ToBuilder();
            without.Password = "guessed";
            var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => PostgresServer.ExecuteAsync(DatabaseConnection.Parse(without.ConnectionString), "SELECT 1"));
            Assert.Equal(Npgsql.PostgresErrorCodes.InvalidPassword, refused.SqlState);
        }

        await using var second = await LocalPostgres.StartAsync(binaries, options, CancellationToken.None);
        Assert.Equal(42, await PostgresServer.ExecuteAsync(DatabaseConnection.Parse(second.ConnectionText("datagrid")), "SELECT value FROM kept"));
    }
}
