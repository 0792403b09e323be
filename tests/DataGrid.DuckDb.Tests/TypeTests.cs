using System.Globalization;
using System.Numerics;

namespace DataGrid.DuckDb.Tests;

/// <summary>Every type: its value in .NET, its printed name, and back through a parameter.</summary>
public sealed class TypeTests : IDisposable
{
    private readonly DuckDbInstance _instance = DuckDbInstance.Open();
    private readonly DuckDbConnection _connection;

    public TypeTests() => _connection = _instance.Connect();

    public static TheoryData<string, object?> Values => new()
    {
        { "true", true },
        { "(-128)::TINYINT", sbyte.MinValue },
        { "(-32768)::SMALLINT", short.MinValue },
        { "2147483647", int.MaxValue },
        { "9223372036854775807", long.MaxValue },
        { "255::UTINYINT", byte.MaxValue },
        { "65535::USMALLINT", ushort.MaxValue },
        { "4294967295::UINTEGER", uint.MaxValue },
        { "18446744073709551615::UBIGINT", ulong.MaxValue },
        { "170141183460469231731687303715884105727::HUGEINT", Int128.MaxValue },
        { "(-170141183460469231731687303715884105728)::HUGEINT", Int128.MinValue },
        { "340282366920938463463374607431768211455::UHUGEINT", UInt128.MaxValue },
        { "'-123456789012345678901234567890123456789012345678901234567890'::BIGNUM", BigInteger.Parse("-123456789012345678901234567890123456789012345678901234567890", CultureInfo.InvariantCulture) },
        { "'70000000000000000000000000000000000000000000'::BIGNUM", BigInteger.Parse("70000000000000000000000000000000000000000000", CultureInfo.InvariantCulture) },
        { "'0'::BIGNUM", BigInteger.Zero },
        { "1.5::FLOAT", 1.5f },
        { "'-infinity'::DOUBLE", double.NegativeInfinity },
        { "'nan'::DOUBLE", double.NaN },
        { "1.10::DECIMAL(4,2)", 1.10m },
        { "(-12345.6789)::DECIMAL(9,4)", -12345.6789m },
        { "123456789012.123456::DECIMAL(18,6)", 123456789012.123456m },
        { "(-9999999999999999999999999.999)::DECIMAL(28,3)", -9999999999999999999999999.999m },
        { "'-1234567890123456789012345678901234567.8'::DECIMAL(38,1)", new DuckDbDecimal(Int128.Parse("-12345678901234567890123456789012345678", CultureInfo.InvariantCulture), 1) },
        { "'twelve bytes'", "twelve bytes" },
        { "'more than twelve bytes: zażółć 😀'", "more than twelve bytes: zażółć 😀" },
        { "''", "" },
        { "'\\x00\\xFF'::BLOB", new byte[] { 0, 255 } },
        { "''::BLOB", Array.Empty<byte>() },
        { "DATE '2024-02-29'", new DateOnly(2024, 2, 29) },
        { "DATE '0001-01-01'", new DateOnly(1, 1, 1) },
        { "DATE '9999-12-31'", new DateOnly(9999, 12, 31) },
        { "TIME '23:59:59.999999'", TimeOnly.Parse("23:59:59.999999", CultureInfo.InvariantCulture) },
        { "TIMESTAMP '1969-12-31 23:59:59.999999'", new DateTime(1969, 12, 31, 23, 59, 59).AddTicks(9_999_990) },
        { "'2024-01-02 03:04:05'::TIMESTAMP_S", new DateTime(2024, 1, 2, 3, 4, 5) },
        { "'2024-01-02 03:04:05.678'::TIMESTAMP_MS", new DateTime(2024, 1, 2, 3, 4, 5, 678) },
        { "'2024-01-02 03:04:05.123456789'::TIMESTAMP_NS", new DuckDbTimestampNs(1704164645123456789) },
        { "'2024-07-01 12:00:00+02'::TIMESTAMPTZ", new DateTimeOffset(2024, 7, 1, 10, 0, 0, TimeSpan.Zero) },
        { "'12:00:00-08:30'::TIMETZ", new DuckDbTimeTz(43_200_000_000, new TimeSpan(-8, -30, 0)) },
        { "INTERVAL '14 months 3 days 4.5 seconds'", new DuckDbInterval(14, 3, 4_500_000) },
        { "'01234567-89ab-cdef-0123-456789abcdef'::UUID", Guid.Parse("01234567-89ab-cdef-0123-456789abcdef") },
        { "'fedcba98-89ab-cdef-8123-456789abcdef'::UUID", Guid.Parse("fedcba98-89ab-cdef-8123-456789abcdef") },
        { "NULL", null },
        { "NULL::DECIMAL(38,2)", null },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_reads_as_its_dotnet_value_and_binds_back_to_the_same(string sql, object? expected)
    {
        using var result = _connection.Query($"SELECT {sql}");
        var value = result.ReadRows().Single().Single();
        Assert.Equal(expected, value);
        Assert.Equal(expected?.GetType(), value?.GetType());

        var same = _connection.ExecuteScalar<bool>($"SELECT ({sql}) IS NOT DISTINCT FROM $v", new Dictionary<string, object?> { ["v"] = value });
        Assert.True(same);
    }

    [Theory]
    [InlineData("DATE 'infinity'", "infinity")]
    [InlineData("DATE '-infinity'", "-infinity")]
    [InlineData("DATE '0044-03-15 (BC)'", "0044-03-15 (BC)")]
    [InlineData("DATE '12024-12-31'", "12024-12-31")]
    [InlineData("TIME '24:00:00'", "24:00:00")]
    [InlineData("TIMESTAMP 'infinity'", "infinity")]
    [InlineData("TIMESTAMP '0044-03-15 (BC) 12:30:00.5'", "0044-03-15 (BC) 12:30:00.5")]
    [InlineData("TIMESTAMP '290000-02-29 23:59:59'", "290000-02-29 23:59:59")]
    public void A_time_that_dotnet_cannot_hold_reads_as_the_text_that_duckdb_prints(string sql, string expected)
    {
        using var result = _connection.Query($"SELECT {sql}, ({sql})::VARCHAR");
        var row = result.ReadRows().Single();
        Assert.Equal(row[1], row[0]);
        Assert.Equal(expected, row[0]);
    }

    [Fact]
    public void Every_date_agrees_with_duckdbs_own_text()
    {
        using var result = _connection.Query("SELECT d, d::VARCHAR FROM (SELECT DATE '0001-01-01' - 400000 + (i * 97)::INTEGER AS d FROM range(60000) r(i))");
        foreach (var row in result.ReadRows())
        {
            var text = row[0] is DateOnly date ? date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : (string?)row[0];
            Assert.Equal(row[1], text);
        }
    }

    [Fact]
    public void Nested_values_read_in_full()
    {
        using var result = _connection.Query(
            """
            SELECT [1, NULL, 3], [[1], [], NULL, [2, 3]], [1.5, 2.5]::DOUBLE[2], {'a': 1, 'b': ['x', NULL]}, MAP {'k': 1, 'l': NULL},
                   union_value(num := 7)::UNION(num INTEGER, str VARCHAR), 'b'::ENUM('a', 'b'), '10101'::BIT, row(1, 'x')
            """);
        var row = result.ReadRows().Single();
        Assert.Equal(new object?[] { 1, null, 3 }, row[0]);
        Assert.Equal(new object?[] { new object?[] { 1 }, Array.Empty<object?>(), null, new object?[] { 2, 3 } }, row[1]);
        Assert.Equal(new object?[] { 1.5, 2.5 }, row[2]);
        var fields = Assert.IsType<DuckDbStruct>(row[3]);
        Assert.Equal(1, fields["A"]);
        Assert.Equal(new object?[] { "x", null }, fields["b"]);
        Assert.Equal([new KeyValuePair<object, object?>("k", 1), new KeyValuePair<object, object?>("l", null)], Assert.IsType<KeyValuePair<object, object?>[]>(row[4]));
        Assert.Equal(new DuckDbUnion("num", 7), row[5]);
        Assert.Equal("b", row[6]);
        Assert.Equal("10101", row[7]);
        Assert.Equal(2, Assert.IsType<DuckDbStruct>(row[8]).Count);
    }

    [Theory]
    [InlineData("INTEGER")]
    [InlineData("DECIMAL(18,3)")]
    [InlineData("STRUCT(a INTEGER, \"b c\" VARCHAR[])")]
    [InlineData("STRUCT(\"select\" INTEGER, \"1x\" DOUBLE, \"Ab\" DATE)")]
    [InlineData("MAP(VARCHAR, DECIMAL(4,1)[])")]
    [InlineData("UNION(num INTEGER, str VARCHAR)")]
    [InlineData("ENUM('a', 'it''s')")]
    [InlineData("INTEGER[3]")]
    [InlineData("INTEGER[][2][]")]
    [InlineData("TIMESTAMP WITH TIME ZONE")]
    [InlineData("TIME WITH TIME ZONE")]
    [InlineData("TIMESTAMP_NS")]
    [InlineData("TIMESTAMP_S")]
    [InlineData("TIMESTAMP_MS")]
    [InlineData("TIME_NS")]
    [InlineData("JSON")]
    [InlineData("BIGNUM")]
    [InlineData("BIT")]
    [InlineData("UUID")]
    [InlineData("UTINYINT")]
    [InlineData("UHUGEINT")]
    [InlineData("INTERVAL")]
    [InlineData("BLOB")]
    public void A_type_prints_as_duckdb_prints_it_and_parses_again(string type)
    {
        using var result = _connection.Query($"SELECT NULL::{type}, typeof(NULL::{type})");
        var described = result.Columns[0].Type;
        Assert.Equal(result.ReadRows().Single()[1], described.Sql);
        using var again = _connection.Query($"SELECT NULL::{described.Sql}");
        Assert.Equal(described, again.Columns[0].Type);
    }

    [Fact]
    public void No_keyword_that_must_be_quoted_is_taken_for_a_plain_name()
    {
        using var keywords = _connection.Query("SELECT DISTINCT keyword_name FROM duckdb_keywords() ORDER BY ALL");
        var names = keywords.ReadRows().Select(r => (string)r[0]!).ToList();
        Assert.True(names.Count > 100);
        foreach (var name in names)
        {
            var quoted = SqlText.QuoteIdentifierIfNeeded(name);
            using var result = _connection.Query($"SELECT NULL::STRUCT({quoted} INTEGER) AS x, 1 AS {SqlText.QuoteIdentifier(name)}");
            Assert.Equal(name, result.Columns[0].Type.Fields[0].Name);
        }
    }

    [Fact]
    public void A_hugeint_keeps_every_digit_and_a_sum_is_one()
    {
        _connection.Execute("CREATE TABLE t AS SELECT 9007199254740993::BIGINT AS v");
        using var result = _connection.Query("SELECT sum(v) FROM t");
        Assert.Equal(DuckDbTypeKind.HugeInt, result.Columns[0].Type.Kind);
        Assert.Equal((Int128)9007199254740993, result.ReadRows().Single()[0]);
        Assert.Equal(9007199254740993, _connection.ExecuteScalar<long>("SELECT sum(v) FROM t"));
    }

    [Fact]
    public void Lists_bind_with_their_elements_type()
    {
        var parameters = new Dictionary<string, object?> { ["v"] = new[] { "a", "b" }, ["n"] = new int?[] { 1, null }, ["e"] = Array.Empty<string>() };
        using var result = _connection.Query("SELECT list_contains($v, 'b'), $n, len($e)", parameters);
        var row = result.ReadRows().Single();
        Assert.Equal(true, row[0]);
        Assert.Equal(new object?[] { 1, null }, row[1]);
        Assert.Equal(0L, row[2]);
    }

    [Fact]
    public void A_time_with_nanoseconds_reads_and_binds()
    {
        var value = _connection.ExecuteScalar<DuckDbTimeNs>("SELECT '01:02:03.123456789'::TIME_NS");
        Assert.Equal(3_723_123_456_789, value.Nanoseconds);
        Assert.True(_connection.ExecuteScalar<bool>("SELECT $v = '01:02:03.123456789'::TIME_NS", new Dictionary<string, object?> { ["v"] = value }));
    }

    [Fact]
    public void A_value_of_an_unknown_dotnet_type_is_refused_by_name()
    {
        using var statement = _connection.Prepare("SELECT $v");
        var error = Assert.Throws<ArgumentException>(() => statement.Bind("v", new Version(1, 2)));
        Assert.Contains("System.Version", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _connection.Dispose();
        _instance.Dispose();
    }
}
