namespace DataGrid.DuckDb.Tests;

public sealed class ErrorTests : IDisposable
{
    private readonly DuckDbInstance _instance = DuckDbInstance.Open();
    private readonly DuckDbConnection _connection;

    public ErrorTests()
    {
        _connection = _instance.Connect();
        _connection.Execute("CREATE TABLE flights (delay INTEGER, origin VARCHAR CHECK (origin <> ''))");
    }

    /// <summary>The marked place is where the error must point.</summary>
    [Theory]
    [InlineData("SELECT ^dely FROM flights", DuckDbErrorKind.Binder)]
    [InlineData("SELECT 'zażółć gęślą 😀', ^dely FROM flights", DuckDbErrorKind.Binder)]
    [InlineData("SELECT 1 FROM ^flihgts", DuckDbErrorKind.Catalog)]
    [InlineData("SELECT '😀é' FROM ^flihgts", DuckDbErrorKind.Catalog)]
    [InlineData("SELECT ^no_such_function(1)", DuckDbErrorKind.Catalog)]
    [InlineData("SELECT 1 FORM ^flights WHERE x", DuckDbErrorKind.Parser)]
    [InlineData("SELECT 'zażółć 😀😀' FORM ^flights WHERE x", DuckDbErrorKind.Parser)]
    [InlineData("-- ąę 😀\nSELECT 1\nFROM ^WHERE", DuckDbErrorKind.Parser)]
    public void The_position_is_an_index_into_the_text_whatever_stands_before(string marked, DuckDbErrorKind kind)
    {
        var expected = marked.IndexOf('^', StringComparison.Ordinal);
        var sql = marked.Remove(expected, 1);
        foreach (var run in new Action[] { () => _connection.Query(sql), () => _connection.Prepare(sql) })
        {
            var error = Assert.Throws<DuckDbException>(run);
            Assert.Equal(kind, error.Kind);
            Assert.Equal(expected, error.Position);
            Assert.DoesNotContain("exception_type", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_unknown_column_proposes_others()
    {
        var error = Assert.Throws<DuckDbException>(() => _connection.Query("SELECT dely FROM flights"));
        Assert.Equal("COLUMN_NOT_FOUND", error.Subtype);
        Assert.Contains("delay", error.Candidates);
        Assert.Equal("dely", error.Name);
    }

    [Fact]
    public void Kinds_tell_failures_apart()
    {
        Assert.Equal(DuckDbErrorKind.Conversion, KindOf("SELECT 'x'::INTEGER"));
        Assert.Equal(DuckDbErrorKind.OutOfRange, KindOf("SELECT 9223372036854775807 + a FROM (SELECT 1::BIGINT AS a)"));
        Assert.Equal(DuckDbErrorKind.Constraint, KindOf("INSERT INTO flights VALUES (1, '')"));
        Assert.Equal(DuckDbErrorKind.IO, KindOf("FROM read_parquet('/no/such/file.parquet')"));
        Assert.Equal(DuckDbErrorKind.InvalidInput, KindOf("SELECT error('mine')"));
        Assert.Equal(DuckDbErrorKind.Permission, KindOf("SET enable_external_access = false; FROM read_text('/etc/passwd')"));
    }

    [Fact]
    public void Running_out_of_memory_is_its_own_kind()
    {
        _connection.Execute("SET memory_limit = '20MB'; SET max_temp_directory_size = '0B'");
        Assert.Equal(DuckDbErrorKind.OutOfMemory, KindOf("SELECT count(*) FROM (SELECT range, hash(range) FROM range(10000000) ORDER BY 2)  WHERE range > 3"));
    }

    [Fact]
    public void A_nul_character_is_refused_where_it_stands()
    {
        var error = Assert.Throws<DuckDbException>(() => _connection.Query("SELECT 1\0; DROP TABLE flights"));
        Assert.Equal(DuckDbErrorKind.Parser, error.Kind);
        Assert.Equal(8, error.Position);
    }

    [Fact]
    public void A_connection_of_a_locked_instance_still_reports_kinds()
    {
        _connection.Execute("SET lock_configuration = true");
        using var second = _instance.Connect();
        var error = Assert.Throws<DuckDbException>(() => second.Query("SELECT dely FROM flights"));
        Assert.Equal(DuckDbErrorKind.Binder, error.Kind);
        Assert.StartsWith("Referenced column", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _connection.Dispose();
        _instance.Dispose();
    }

    private DuckDbErrorKind KindOf(string sql) => Assert.Throws<DuckDbException>(() => _connection.Query(sql)).Kind;
}
