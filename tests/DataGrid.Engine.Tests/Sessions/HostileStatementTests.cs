using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Sessions;

namespace DataGrid.Engine.Tests.Sessions;

/// <summary>The second wall alone: statements that never saw the gate. Whatever they say, nothing outside is read, made or changed, and the process lives.</summary>
public sealed class HostileStatementTests : IDisposable
{
    private const string Secret = "the-secret-7f3a";
    private readonly TempFolder _folder = new();

    /// <summary>{secret} is a file outside, {outside} a folder outside, {input} the task's own input, {output} its output folder.</summary>
    public static TheoryData<string> Statements =>
    [
        "FROM '{secret}'", "SELECT * FROM read_csv('{secret}')", "SELECT * FROM read_text('{secret}')", "SELECT * FROM read_blob('{secret}')",
        "SELECT * FROM glob('{outside}/*')", "SELECT * FROM sniff_csv('{secret}')", "SELECT * FROM read_json('{secret}')", "FROM parquet_metadata('{secret}')",
        "FROM read_text('{output}/../secret.csv')", "FROM read_text('{input}/../../secret.csv')", "FROM '/etc/passwd'", "FROM read_text('/proc/self/environ')",
        "FROM read_text('file://{secret}')", "FROM query('FROM read_text(''{secret}'')')", "FROM query_table('{secret}')",
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''{secret}'')'))",
        "COPY (SELECT 1) TO '{outside}/new.csv'", "COPY (SELECT 1) TO '{output}/../new.csv'", "COPY (SELECT 1) TO '{secret}'", "EXPORT DATABASE '{outside}/x'",
        "COPY (SELECT 1) TO '{outside}/p' (FORMAT parquet, PARTITION_BY (\"1\"))", "ATTACH '{outside}/new.db' AS x", "ATTACH '{secret}' AS x (READ_ONLY)",
        "INSTALL httpfs", "LOAD '{secret}'", "LOAD httpfs", "INSTALL x FROM '{outside}'", "SET enable_external_access = true", "SET lock_configuration = false",
        "RESET lock_configuration", "SET allowed_directories = ['/']", "SET allowed_paths = ['{secret}']", "PRAGMA enable_external_access", "SET memory_limit = '100GB'",
        "SET GLOBAL temp_directory = '{outside}/t'", "SET log_query_path = '{outside}/log.sql'", "SET SESSION profile_output = '{outside}/p.json'",
        "PRAGMA enable_profiling='json'; SET profiling_output = '{outside}/p.json'; SELECT 1", "CREATE SECRET s (TYPE s3)",
        "CREATE PERSISTENT SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')", "SET secret_directory = '{outside}'", "SET extension_directory = '{outside}'",
        "CREATE VIEW v AS FROM read_text('{secret}'); FROM v", "CREATE TABLE t AS FROM read_text('{secret}'); FROM t", "IMPORT DATABASE '{outside}'",
        "CREATE MACRO m() AS TABLE FROM read_text('{secret}'); FROM m()", "PREPARE p AS FROM read_text('{secret}'); EXECUTE p", "CHECKPOINT", "VACUUM",
        "SELECT getenv('HOME')", "SELECT * FROM duckdb_secrets()", "FORCE CHECKPOINT", "USE '{outside}/x.db'", "FROM read_csv('http://127.0.0.1:1/x')",
        "SELECT * FROM enable_logging(storage='file', storage_path='{outside}/log.csv'); SELECT 2",
        "CALL enable_logging('QueryLog', storage='file', storage_path='{outside}/log.csv'); SELECT 3",
        "CALL enable_logging(storage='stdout')", "CALL enable_profiling(save_location='{outside}/profile.json'); SELECT 4",
        "SELECT * FROM enable_profiling(format='json', save_location='{outside}/profile.json')", "SELECT error('boom')", "SELECT * FROM test_all_types()",
        "SELECT write_log('x')", "PRAGMA database_list", "CALL pragma_version()", "CALL truncate_duckdb_logs()", "SELECT * FROM duckdb_logs()",
        "COPY (SELECT 1) TO '/dev/null'", "FROM read_text('/dev/fd/0')", "SET file_search_path = '{outside}'", "SET home_directory = '{outside}'; FROM read_text('~/secret.csv')",
        "CALL force_checkpoint()", "CREATE TEMP TABLE t AS SELECT 1; EXPLAIN ANALYZE FROM t", "LOAD json; FROM read_json_objects('{secret}')",
        "SET disabled_filesystems = ''", "PRAGMA disable_checkpoint_on_shutdown", "ATTACH ':memory:' AS m; COPY FROM DATABASE memory TO m",
    ];

    [Theory]
    [MemberData(nameof(Statements))]
    public void A_hostile_statement_reaches_nothing_outside(string template)
    {
        var secret = _folder.Write("outside/secret.csv", Secret + "\n1\n");
        var input = _folder.Write("in/input.csv", "x\n1\n");
        var output = _folder.Folder("out");
        var sql = template.Replace("{secret}", secret, StringComparison.Ordinal).Replace("{outside}", _folder["outside"], StringComparison.Ordinal)
            .Replace("{input}", input, StringComparison.Ordinal).Replace("{output}", output, StringComparison.Ordinal);
        var before = _folder.Snapshot();

        var options = new EngineOptions { TemporaryDirectory = _folder["spill"] };
        var locked = LockedInstance.Open(options, new InstanceSetup
        {
            Limits = new TaskLimits { MemoryBytes = 128L << 20, Threads = 1, TemporaryBytes = 1L << 20 },
            ReadableFiles = [input],
            OutputDirectory = output,
            Prepare = c => c.Execute($"CREATE VIEW input AS FROM read_csv({SqlText.QuoteLiteral(input)})"),
        });
        var answer = Answer(locked.Connection, sql);
        locked.Dispose();

        Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
        Assert.Equal(before, _folder.Snapshot());
    }

    public void Dispose() => _folder.Dispose();

    private static string Answer(DuckDbConnection connection, string sql)
    {
        try
        {
            using var result = connection.Query(sql);
            return string.Join('\n', result.ReadRows().Select(row => string.Join('|', row)));
        }
        catch (Exception e) when (e is DuckDbException or NotSupportedException)
        {
            return e.Message;
        }
    }
}
