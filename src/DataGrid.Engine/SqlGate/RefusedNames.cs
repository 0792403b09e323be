using DataGrid.Core.Sql;

namespace DataGrid.Engine.SqlGate;

/// <summary>Sorts refused names by what they would do, so that the refusal says why.
/// Nothing is allowed here: what is on no list is refused all the same.</summary>
internal static class RefusedNames
{
    private static readonly string[] FilePrefixes = ["read_", "parquet_", "arrow_scan"];
    private static readonly string[] FileNames = ["glob", "sniff_csv", "seq_scan"];
    private static readonly string[] TextNames = ["query", "query_table", "json_execute_serialized_sql", "check_peg_parser"];
    private static readonly string[] TextPrefixes = ["json_serialize_", "json_deserialize_"];
    private static readonly string[] ChangePrefixes = ["enable_", "disable_", "truncate_"];

    private static readonly string[] ChangeNames =
        ["checkpoint", "force_checkpoint", "write_log", "setseed", "nextval", "currval", "sleep_ms", "pg_sleep"];

    private static readonly string[] EnginePrefixes = ["duckdb_", "pragma_", "pg_", "current_", "has_", "inet_", "test_"];

    private static readonly string[] EngineNames =
    [
        "getenv", "getvariable", "version", "which_secret", "sql_auto_complete", "summary", "txid_current", "in_search_path", "stats", "get_block_size",
        "user", "session_user", "col_description", "obj_description", "shobj_description", "format_type", "format_pg_type", "map_to_pg_oid", "icu_calendar_names",
    ];

    /// <summary>What a refused function would do.</summary>
    public static SqlRefusal Classify(string name)
    {
        var folded = SqlName.Fold(name);
        if (Matches(folded, FileNames, FilePrefixes)) return SqlRefusal.ReadsFiles;
        if (Matches(folded, TextNames, TextPrefixes)) return SqlRefusal.RunsText;
        if (Matches(folded, ChangeNames, ChangePrefixes)) return SqlRefusal.ChangesEngine;
        return Matches(folded, EngineNames, EnginePrefixes) ? SqlRefusal.ReadsEngine : SqlRefusal.UnknownFunction;
    }

    /// <summary>Whether a table's name could only mean a file, a folder or a URL.</summary>
    public static bool LooksLikeFile(string name) => name.Any(static c => c is '/' or '\\' or '.' or '*' or '?' or ':' or '~' or '[');

    private static bool Matches(string name, string[] names, string[] prefixes) =>
        Array.IndexOf(names, name) >= 0 || prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
