using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataGrid.Metadata.Postgres.Migrations;

/// <summary>
/// Brings the schema to this version: all missing steps in one transaction, under an advisory lock, so that of several silos that start at
/// once one does it and the others find it done. A schema that is up to date is only read, which needs no right to change it.
/// </summary>
internal sealed class Migrator(PostgresOptions options, ILogger logger, ImmutableArray<MigrationScript> scripts)
{
    // Any number that is always the same; locks are per database.
    private const long LockId = 0x4461_7461_4772_6964;

    private const string Base =
        """
        CREATE SCHEMA IF NOT EXISTS datagrid;
        CREATE TABLE IF NOT EXISTS datagrid.schema_version (
            version integer PRIMARY KEY, name text NOT NULL, compatible_from integer NOT NULL, checksum text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT clock_timestamp(), applied_by text NOT NULL)
        """;

    public Migrator(PostgresOptions options, ILogger logger)
        : this(options, logger, MigrationScript.All)
    {
    }

    /// <summary>Does what is missing.</summary>
    /// <exception cref="DataGridException"><see cref="ErrorCodes.MetadataUnusable"/>: the schema is of another kind than this version can use.</exception>
    public async Task MigrateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (Missing(await ReadAsync(connection, cancellationToken).ConfigureAwait(false)).IsEmpty)
            return;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, $"SET LOCAL lock_timeout = '{(int)options.CommandTimeout.TotalMilliseconds}ms'; SELECT pg_advisory_xact_lock({LockId})", cancellationToken).ConfigureAwait(false);
        var applied = await ReadAsync(connection, cancellationToken).ConfigureAwait(false);
        var missing = Missing(applied);
        if (missing.IsEmpty)
            return;
        // What is there already needs no right to be made.
        if (applied.IsEmpty)
            await ExecuteAsync(connection, Base, cancellationToken).ConfigureAwait(false);
        foreach (var script in missing)
        {
            await ExecuteAsync(connection, script.Sql, cancellationToken).ConfigureAwait(false);
            await NoteAsync(connection, script, cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        logger.SchemaMigrated(options.Connection, applied.IsEmpty ? 0 : applied[^1].Version, missing[^1].Version);
    }

    private static async Task<ImmutableArray<Applied>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Read from the catalog itself: to_regclass answers from a cache, which a transaction that waited for the lock does not renew.
        await using (var exists = new NpgsqlCommand("SELECT count(*) = 1 FROM pg_catalog.pg_tables WHERE schemaname = 'datagrid' AND tablename = 'schema_version'", connection))
        {
            if (await exists.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not true)
                return [];
        }

        await using var command = new NpgsqlCommand("SELECT version, compatible_from, checksum FROM datagrid.schema_version ORDER BY version", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var applied = ImmutableArray.CreateBuilder<Applied>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            applied.Add(new Applied(reader.GetInt32(0), reader.GetInt32(1), reader.GetString(2)));
        return applied.ToImmutable();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task NoteAsync(NpgsqlConnection connection, MigrationScript script, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("INSERT INTO datagrid.schema_version (version, name, compatible_from, checksum, applied_by) VALUES ($1, $2, $3, $4, $5)", connection)
        {
            Parameters =
            {
                new() { Value = script.Version }, new() { Value = script.Name }, new() { Value = script.CompatibleFrom }, new() { Value = script.Checksum },
                new() { Value = $"{options.ApplicationName} {typeof(Migrator).Assembly.GetName().Version?.ToString(3)} on {Environment.MachineName}" },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private ImmutableArray<MigrationScript> Missing(ImmutableArray<Applied> applied)
    {
        foreach (var row in applied.Where(row => row.Version <= scripts.Length))
        {
            if (row.Checksum != scripts[row.Version - 1].Checksum)
            {
                throw Unusable(
                    $"step {row.Version} of the schema in {options.Connection} is another than that of this DataGrid: it was applied by a build that was never released, or changed by hand",
                    "use the build that made it, or an empty database; the tables' data are not affected (docs/OPERATING.md tells how to restore or rebuild metadata)");
            }
        }

        var (newest, known) = (applied.IsEmpty ? 0 : applied[^1].Version, scripts.Length);
        if (newest > known)
        {
            var compatible = applied.Max(static row => row.CompatibleFrom);
            if (compatible > known)
            {
                throw Unusable(
                    $"the schema in {options.Connection} has version {newest}, made by a newer DataGrid; this one knows version {known}, and {compatible} is needed at least",
                    "start a newer DataGrid here, or restore the backup of the database that was made before the newer one started");
            }

            logger.SchemaNewer(options.Connection, newest, compatible, known);
        }

        var done = applied.Select(static row => row.Version).ToHashSet();
        return [.. scripts.Where(script => !done.Contains(script.Version))];
    }

    private static DataGridException Unusable(string message, string help) => new(new Problem { Code = ErrorCodes.MetadataUnusable, Message = message, Help = help });

    private sealed record Applied(int Version, int CompatibleFrom, string Checksum);
}
