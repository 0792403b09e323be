using DataGrid.Contracts.Errors;
using DataGrid.Metadata.Postgres;

namespace DataGrid.Grains.Tests.Metadata.Postgres;

/// <summary>A database that cannot be used says so in words that an operator can act on, and never tells its password.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ConnectionProblemTests(PostgresServer server)
{
    private const string Secret = "s3cr3t-Pa55word";

    [Fact]
    public async Task A_wrong_password_is_told_at_once()
    {
        var problem = await FailAsync(builder => builder.Password = Secret);
        Assert.Equal(ErrorCodes.MetadataUnusable, problem.Code);
        Assert.Contains("refuses the password of user datagrid", problem.Message, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{server.Local.Port}/t_", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_database_is_told_with_the_command_that_makes_it()
    {
        var problem = await FailAsync(builder => builder.Database = "not_there");
        Assert.Equal(ErrorCodes.MetadataUnusable, problem.Code);
        Assert.Contains("there is no database not_there", problem.Message, StringComparison.Ordinal);
        Assert.Contains("createdb -O datagrid not_there", problem.Help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_rights_are_told_with_the_grant()
    {
        var options = await server.CreateAsync();
        await PostgresServer.ExecuteAsync(options.Connection, $"""
            DO $$ BEGIN CREATE USER poor PASSWORD '{Secret}'; EXCEPTION WHEN duplicate_object THEN NULL; END $$
            """);
        var problem = await FailAsync(builder => (builder.Username, builder.Password) = ("poor", Secret), options);
        Assert.Equal(ErrorCodes.MetadataUnusable, problem.Code);
        Assert.Contains("user poor has not the rights", problem.Message, StringComparison.Ordinal);
        Assert.Contains("GRANT CREATE, CONNECT ON DATABASE", problem.Help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_waited_for_and_then_told()
    {
        List<string> log = [];
        var problem = await FailAsync(
            builder => (builder.Port, builder.Password) = (FreePort(), Secret), null, options => options with { StartupWait = TimeSpan.FromMilliseconds(300) }, log);
        Assert.Equal(ErrorCodes.StoreUnavailable, problem.Code);
        Assert.Contains("nothing listens there", problem.Message, StringComparison.Ordinal);
        Assert.Contains(log, line => line.Contains("does not answer yet", StringComparison.Ordinal) && line.Contains("00:00:00.3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_is_not_known_is_told()
    {
        var problem = await FailAsync(
            builder => (builder.Host, builder.Password) = ("no-such-host.invalid", Secret), null, options => options with { StartupWait = TimeSpan.Zero });
        Assert.Contains("no-such-host.invalid", problem.Message, StringComparison.Ordinal);
        Assert.Contains("the host's name is not known", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=h;Database=d;Password=" + Secret + ";Port=many", "its port is wrong")]
    [InlineData("Host=h;Password=" + Secret, "it names no database")]
    [InlineData("Database=d;Password=" + Secret, "it names no host")]
    [InlineData("postgres://user:" + Secret, "it has another form")]
    [InlineData("mysql://user:" + Secret + "@h/d", "it has another form")]
    [InlineData("Host=h;Database=d;Password=a;" + Secret + "=1", "it has another form")]
    [InlineData(Secret, "it has another form")]
    public void What_cannot_be_read_is_told_without_its_text(string text, string says)
    {
        var error = Assert.Throws<DataGridException>(() => DatabaseConnection.Parse(text));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, $"{error} {error.Problem}", StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_connection_shows_host_and_database_only()
    {
        foreach (var text in new[] { $"Host=h;Port=77;Database=d;Username=u;Password={Secret}", $"postgres://u:{Secret}@h:77/d?sslmode=disable" })
        {
            var connection = DatabaseConnection.Parse(text);
            Assert.Equal("h:77/d", connection.ToString());
            Assert.Equal(("h", 77, "d", "u"), (connection.Host, connection.Port, connection.Database, connection.User));
            Assert.Equal(Secret, connection.ToBuilder().Password);
            Assert.DoesNotContain(Secret, new PostgresOptions { Connection = connection }.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Settings_are_checked_and_named() => Assert.Equal(9, new PostgresOptions
    {
        Connection = DatabaseConnection.Parse("Host=h;Database=d"),
        ClusterId = "",
        MaxStateBytes = 0,
        MaxReportBytes = 0,
        MaxConnections = 0,
        WriteLanes = 0,
        MaxQueuedWrites = 0,
        MaxBatchWrites = 0,
        MaxBatchBytes = 0,
        CommandTimeout = TimeSpan.Zero,
    }.Validate().Count());

    private static int FreePort()
    {
        var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return port;
    }

    private async Task<Problem> FailAsync(
        Action<Npgsql.NpgsqlConnectionStringBuilder> change, PostgresOptions? options = null, Func<PostgresOptions, PostgresOptions>? with = null, List<string>? log = null)
    {
        options ??= await server.CreateAsync();
        var builder = options.Connection.ToBuilder();
        var password = builder.Password!;
        change(builder);
        options = options with { Connection = DatabaseConnection.Parse(builder.ConnectionString) };
        var lines = log ?? [];
        var error = await Assert.ThrowsAsync<DataGridException>(() => PostgresBed.OpenAsync(with?.Invoke(options) ?? options, lines));
        Assert.NotNull(error.Problem.Help);
        var told = $"{error} {error.Problem} {string.Join('\n', lines)}";
        Assert.DoesNotContain(Secret, told, StringComparison.Ordinal);
        Assert.DoesNotContain(password, told, StringComparison.Ordinal);
        return error.Problem;
    }
}
