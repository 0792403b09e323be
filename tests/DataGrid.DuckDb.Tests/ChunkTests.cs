namespace DataGrid.DuckDb.Tests;

public sealed class ChunkTests : IDisposable
{
    private readonly DuckDbInstance _instance = DuckDbInstance.Open();
    private readonly DuckDbConnection _connection;

    public ChunkTests() => _connection = _instance.Connect();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Chunks_bring_all_rows_in_order(bool streaming)
    {
        using var result = _connection.Query("SELECT range, CASE WHEN range % 3 = 0 THEN NULL ELSE range::INTEGER END FROM range(10000)", null, streaming);
        var next = 0L;
        while (result.ReadChunk() is { } chunk)
        {
            using (chunk)
            {
                var values = chunk[0].GetSpan<long>();
                var nullable = chunk[1].GetSpan<int>();
                for (var row = 0; row < chunk.RowCount; row++, next++)
                {
                    Assert.Equal(next, values[row]);
                    Assert.Equal(next % 3 != 0, chunk[1].IsValid(row));
                    if (next % 3 != 0)
                        Assert.Equal((int)next, nullable[row]);
                }
            }
        }
        Assert.Equal(10000, next);
        Assert.Null(result.ReadChunk());
    }

    [Fact]
    public void Texts_are_spans_of_utf8()
    {
        using var result = _connection.Query("SELECT 'ż', repeat('ab', 10), NULL::VARCHAR");
        using var chunk = result.ReadChunk()!;
        Assert.Equal("ż"u8.ToArray(), chunk[0].GetBytes(0).ToArray());
        Assert.Equal(20, chunk[1].GetBytes(0).Length);
        Assert.Null(chunk[2].GetString(0));
    }

    [Fact]
    public void A_list_is_a_range_of_its_child()
    {
        using var result = _connection.Query("SELECT CASE WHEN i % 2 = 0 THEN range(i) END FROM range(100) t(i)");
        using var chunk = result.ReadChunk()!;
        var elements = chunk[0].Children[0].GetSpan<long>();
        for (var row = 0; row < 100; row += 2)
        {
            var (offset, length) = chunk[0].GetListRange(row);
            Assert.Equal(row, length);
            for (var i = 0; i < length; i++)
                Assert.Equal(i, elements[(int)offset + i]);
        }
        Assert.False(chunk[0].IsValid(1));
    }

    [Fact]
    public void A_span_of_the_wrong_size_is_refused()
    {
        using var result = _connection.Query("SELECT 1::INTEGER");
        using var chunk = result.ReadChunk()!;
        Assert.Throws<InvalidOperationException>(() => chunk[0].GetSpan<long>().Length);
        Assert.Throws<InvalidOperationException>(() => chunk[0].GetBytes(0).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => chunk[0].GetValue(1));
    }

    [Fact]
    public void The_appender_takes_chunks_and_rows()
    {
        _connection.Execute("CREATE TABLE t (id BIGINT, name VARCHAR, price DECIMAL(18,3), seen TIMESTAMPTZ, tags VARCHAR[])");
        using var appender = _connection.CreateAppender("t");
        appender.AppendRow(1, "first", 1.5m, DateTimeOffset.UnixEpoch, new[] { "x", "y" });
        appender.AppendRow(2, null, null, null, null);
        Assert.Throws<ArgumentException>(() => appender.AppendRow(1));
        appender.Close();

        _connection.Execute("CREATE TABLE c (id BIGINT, name VARCHAR, price DECIMAL(18,3))");
        using var chunk = new DuckDbChunkBuilder([DuckDbLogicalType.Of(DuckDbTypeKind.BigInt), DuckDbLogicalType.Of(DuckDbTypeKind.Varchar), DuckDbLogicalType.Decimal(18, 3)]);
        using var chunks = _connection.CreateAppender("c", "main");
        for (var round = 0; round < 2; round++)
        {
            chunk.Reset();
            chunk.RowCount = DuckDbChunkBuilder.Capacity;
            var ids = chunk.GetSpan<long>(0);
            var prices = chunk.GetSpan<long>(2);
            for (var row = 0; row < chunk.RowCount; row++)
            {
                ids[row] = row;
                prices[row] = row * 1000;
                if (row % 2 == round)
                    chunk.SetNull(1, row);
                else
                    chunk.SetString(1, row, $"żółty wiersz {row}");
            }
            chunks.Append(chunk);
        }
        chunks.Close();

        Assert.Equal("x", _connection.ExecuteScalar<string>("SELECT tags[1] FROM t WHERE id = 1"));
        using var result = _connection.Query("SELECT count(*), count(name), sum(price)::BIGINT, max(name) FROM c");
        var row2 = result.ReadRows().Single();
        Assert.Equal([4096L, 2048L, 2047L * 2048, "żółty wiersz 999"], row2);
    }

    [Fact]
    public void An_appender_that_is_not_closed_leaves_nothing()
    {
        _connection.Execute("CREATE TABLE t (id BIGINT)");
        using (var appender = _connection.CreateAppender("t"))
            appender.AppendRow(1);
        Assert.Equal(0, _connection.ExecuteScalar<int>("SELECT count(*) FROM t"));
    }

    [Fact]
    public void The_appender_tells_constraint_violations_and_missing_tables()
    {
        _connection.Execute("CREATE TABLE t (id BIGINT PRIMARY KEY)");
        using var appender = _connection.CreateAppender("t");
        appender.AppendRow(1);
        appender.AppendRow(1);
        Assert.Equal(DuckDbErrorKind.Constraint, Assert.Throws<DuckDbException>(() => appender.Close()).Kind);
        Assert.Equal(DuckDbErrorKind.Catalog, Assert.Throws<DuckDbException>(() => _connection.CreateAppender("missing")).Kind);
    }

    [Fact]
    public void Quoting_survives_any_text()
    {
        var name = "a\"b; -- ą'";
        _connection.Execute($"CREATE TABLE {SqlText.QuoteQualified("main", name)} AS SELECT {SqlText.QuoteLiteral("it's\\n")} AS {SqlText.QuoteIdentifier(name)}");
        Assert.Equal("it's\\n", _connection.ExecuteScalar<string>($"SELECT {SqlText.QuoteIdentifier(name)} FROM {SqlText.QuoteIdentifier(name)}"));
        Assert.Equal("['a', 'b''c']", SqlText.QuoteLiteralList(["a", "b'c"]));
        Assert.Throws<ArgumentException>(() => SqlText.QuoteIdentifier(""));
        Assert.Throws<ArgumentException>(() => SqlText.QuoteLiteral("a\0b"));
    }

    public void Dispose()
    {
        _connection.Dispose();
        _instance.Dispose();
    }
}
