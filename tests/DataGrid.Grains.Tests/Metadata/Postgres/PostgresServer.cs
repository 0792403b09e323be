using DataGrid.Metadata.Postgres;
using DataGrid.Metadata.Postgres.Local;

namespace DataGrid.Grains.Tests.Metadata.Postgres;

/// <summary>One PostgreSQL for all tests of the process; each test has a database of its own in it.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "datagrid-postgres-" + Guid.NewGuid().ToString("N"));
    private LocalPostgres? _local;

    public LocalPostgres Local => _local!;

    public async Task InitializeAsync()
    {
        var binaries = await PostgresBinaries.FindOrBringAsync(_ => { }, CancellationToken.None);
        _local = await LocalPostgres.StartAsync(binaries, new LocalPostgresOptions { Folder = _folder, IsDurable = false }, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (_local is not null)
            await _local.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A new, empty database.</summary>
    public async Task<PostgresOptions> CreateAsync()
    {
        var name = "t_" + Guid.NewGuid().ToString("N");
        await Local.CreateDatabaseAsync(name, CancellationToken.None);
        return new PostgresOptions { Connection = DatabaseConnection.Parse(Local.ConnectionText(name)) };
    }

    /// <summary>Runs statements, and returns the first value of the last result.</summary>
    public static async Task<object?> ExecuteAsync(DatabaseConnection connection, string sql)
    {
        await using var open = new Npgsql.NpgsqlConnection(connection.ToBuilder().ConnectionString + ";Pooling=false");
        await open.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(sql, open);
        return await command.ExecuteScalarAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "postgres";
}
