using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks;
using DataGrid.Engine.Tasks.Output;

namespace DataGrid.Engine.Tests.Tasks;

public sealed class ProblemTests
{
    private static readonly TaskFile Input = new() { Path = "/machine/data/a.parquet", Bytes = 1, Name = "data/a.parquet" };
    private readonly Problems _problems = new("silver.x", "models/silver/x.sql", [Input], new HashSet<string>());

    [Theory]
    [InlineData(DuckDbErrorKind.IO, "Could not write file \"/t/x\": No space left on device", ErrorCodes.DiskFull)]
    [InlineData(DuckDbErrorKind.IO, "Cannot open file \"/t/x\": Permission denied", ErrorCodes.PermissionDenied)]
    [InlineData(DuckDbErrorKind.IO, "Cannot open file \"/t/x\": Input/output error", ErrorCodes.StoreUnavailable)]
    [InlineData(DuckDbErrorKind.IO, "Cannot open file \"/machine/data/a.parquet\": Permission denied", ErrorCodes.PermissionDenied)]
    [InlineData(DuckDbErrorKind.InvalidInput, "No magic bytes found at end of file '/machine/data/a.parquet'", ErrorCodes.SourceUnreadable)]
    [InlineData(DuckDbErrorKind.OutOfMemory, "could not allocate block of size 256.0 KiB", ErrorCodes.OutOfMemory)]
    [InlineData(DuckDbErrorKind.OutOfMemory, "failed to offload data block: No space left on device", ErrorCodes.DiskFull)]
    [InlineData(DuckDbErrorKind.Conversion, "Could not convert string 'x' to INT32", ErrorCodes.DataInvalid)]
    [InlineData(DuckDbErrorKind.Internal, "Assertion failed", ErrorCodes.Internal)]
    [InlineData(DuckDbErrorKind.Permission, "Cannot access file \"/etc/passwd\" - file system operations are disabled by configuration", ErrorCodes.SqlForbidden)]
    public void A_failure_of_the_engine_has_the_code_of_who_can_mend_it(DuckDbErrorKind kind, string message, string code)
    {
        var problem = _problems.Of(new DuckDbException(kind, message));
        Assert.Equal(code, problem.Code);
        Assert.DoesNotContain("/machine/", problem.Message, StringComparison.Ordinal);
        Assert.NotNull(problem.Help);
        Assert.Equal("silver.x", problem.Dataset);
    }

    [Fact]
    public void Failures_of_the_machine_are_told_from_defects()
    {
        Assert.Equal(ErrorCodes.DiskFull, _problems.Of(new IOException("No space left on device : '/x'")).Code);
        Assert.Equal(ErrorCodes.PermissionDenied, _problems.Of(new UnauthorizedAccessException("Access to the path is denied.")).Code);
        Assert.Equal(ErrorCodes.StoreUnavailable, _problems.Of(new IOException("Stale file handle")).Code);
        Assert.Equal(ErrorCodes.Internal, _problems.Of(new InvalidOperationException("never")).Code);
    }

    [Theory]
    [InlineData("\"a\"", "a")]
    [InlineData("\"st\".\"b c\"", "st|b c")]
    [InlineData("\"a\"\"b\".\"c.d\"", "a\"b|c.d")]
    public void A_statistics_path_is_split_at_its_quotes(string path, string parts) => Assert.Equal(parts, string.Join('|', DeltaStatistics.SplitPath(path)));

    [Fact]
    public void Statistics_leave_out_what_is_not_certain()
    {
        var types = new Dictionary<string, DuckDbLogicalType>
        {
            ["d"] = DuckDbLogicalType.Decimal(38, 2),
            ["f"] = DuckDbLogicalType.Of(DuckDbTypeKind.Double),
            ["t"] = DuckDbLogicalType.Of(DuckDbTypeKind.TimestampTz),
            ["day"] = DuckDbLogicalType.Of(DuckDbTypeKind.Date),
            ["flag"] = DuckDbLogicalType.Of(DuckDbTypeKind.Boolean),
        };
        static KeyValuePair<string, IReadOnlyDictionary<string, string>> Column(string name, params (string Key, string Value)[] values) =>
            new($"\"{name}\"", values.ToDictionary(v => v.Key, v => v.Value));
        var file = new WrittenFile(
            "x",
            3,
            1,
            [
                Column("d", ("min", "-123456789012345678901234567890.10"), ("max", "1.10"), ("null_count", "1")),
                Column("f", ("min", "1.0"), ("max", "2.0"), ("has_nan", "true"), ("null_count", "0")),
                Column("t", ("min", "2001-01-01 00:00:00.0005+00"), ("max", "2001-01-01 00:00:00.0005+00")),
                Column("day", ("min", "-infinity"), ("max", "2001-01-01")),
                Column("flag", ("min", "0"), ("max", "1")),
            ],
            System.Collections.Immutable.ImmutableSortedDictionary<string, string?>.Empty);
        Assert.Equal(
            """{"numRecords":3,"minValues":{"d":-123456789012345678901234567890.10,"t":"2001-01-01T00:00:00.000Z"},"maxValues":{"d":1.10,"t":"2001-01-01T00:00:00.001Z"},"nullCount":{"d":1,"f":0}}""",
            DeltaStatistics.Build(file, types));
    }
}
