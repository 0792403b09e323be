using System.Collections.Immutable;

namespace DataGrid.Metadata.Embedded;

/// <summary>The shapes of the file. A migration that was released is never changed; a new one is added below.</summary>
internal static class Migrations
{
    // One text key per table and no other index: DuckDB looks only single columns up in an index, and every further one slows each write.
    public static readonly ImmutableArray<string> All =
    [
        """
        CREATE TABLE grain_state (id VARCHAR PRIMARY KEY, etag VARCHAR NOT NULL, format INTEGER NOT NULL, payload VARCHAR NOT NULL);
        CREATE TABLE reminder (
            id VARCHAR PRIMARY KEY, grain VARCHAR NOT NULL, name VARCHAR NOT NULL, start_ticks BIGINT NOT NULL, period_ticks BIGINT NOT NULL, etag VARCHAR NOT NULL);
        CREATE TABLE task_result (id VARCHAR PRIMARY KEY, run VARCHAR NOT NULL, report VARCHAR NOT NULL);
        """,
    ];

    /// <summary>What must be there before the first migration.</summary>
    public const string Base = "CREATE TABLE IF NOT EXISTS meta (name VARCHAR PRIMARY KEY, value BIGINT NOT NULL)";

    /// <summary>Reads every row, so that a damaged block is found when the file is opened and not in the middle of a run.</summary>
    public const string ReadAll =
        """
        SELECT (SELECT sum(length(payload)) FROM grain_state), (SELECT sum(length(name)) FROM reminder), (SELECT sum(length(report)) FROM task_result)
        """;
}
