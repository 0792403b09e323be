using System.Diagnostics.CodeAnalysis;
using DataGrid.Contracts.Errors;
using DataGrid.Metadata.Postgres.Migrations;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataGrid.Metadata.Postgres;

/// <summary>
/// The pooled connections to one database, and how its absence is survived. Invariants: only what can be repeated without harm is repeated
/// here; every wait has a bound; a failure that people read names the host and the database and never the password.
/// </summary>
internal sealed class Database : IAsyncDisposable, IDisposable
{
    private readonly PostgresOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlDataSource _membership;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private Task? _opened;
    private Task _probing = Task.CompletedTask;
    private long _answeredAt;

    public Database(PostgresOptions options, TimeProvider time, ILogger<Database> logger)
    {
        if (options.Validate().FirstOrDefault() is { } objection)
            throw new ArgumentException(objection, nameof(options));
        (_options, _time, _logger) = (options, time, logger);
        _source = Source(options, options.ApplicationName, options.MaxConnections);
        // Heartbeats never wait behind other work.
        _membership = Source(options, options.ApplicationName + " membership", 2);
        Health = new MetadataHealth(options.Connection.ToString());
    }

    public MetadataHealth Health { get; }

    public PostgresOptions Options => _options;

    public TimeProvider Time => _time;

    /// <summary>Connects, waiting for a database that is not there yet, and brings its schema to this version. Later calls share the first one.</summary>
    /// <exception cref="DataGridException">It did not answer in time, or cannot be used.</exception>
    public Task OpenAsync()
    {
        lock (_gate)
            return _opened ??= OpenFirstAsync(_closing.Token);
    }

    /// <summary>Runs <paramref name="work"/>, and again while the database is away. It must be harmless when it was applied before without an answer.</summary>
    /// <exception cref="DataGridException">The database refused, or was away for too long.</exception>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await OpenAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return await RepeatAsync(_source, work, _options.RetryFor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs <paramref name="work"/> once, on connections of its own, for who decides alone what to do about a failure.</summary>
    /// <exception cref="DataGridException">The database refused or is away; what was asked for may have been applied.</exception>
    public async Task<T> RunOnceAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await OpenAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return await RepeatAsync(_membership, work, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A connection for one attempt; what fails is to be told to <see cref="Missed"/>.</summary>
    public async Task<NpgsqlConnection> ConnectAsync() => await _source.OpenConnectionAsync(_closing.Token).ConfigureAwait(false);

    /// <summary>The database answered.</summary>
    public void Answered()
    {
        Volatile.Write(ref _answeredAt, _time.GetTimestamp());
        if (Health.Answered() is { } since)
            _logger.Back(_options.Connection, _time.GetUtcNow() - since);
    }

    /// <summary>The database failed in a way that waiting may mend.</summary>
    public void Missed(Exception error)
    {
        if (!DatabaseFaults.IsAway(error))
            return;
        // What idles in the pools died with the database: found out one by one it would cost a try each.
        _source.Clear();
        _membership.Clear();
        if (Health.Missed(_time.GetUtcNow(), DatabaseFaults.Reason(error)))
            _logger.Away(_options.Connection, DatabaseFaults.Reason(error));
    }

    [SuppressMessage("Design", "CA1031", Justification = "Closing goes on whatever the opening came to.")]
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
            return;
        await _closing.CancelAsync().ConfigureAwait(false);
        await _probing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _source.DisposeAsync().ConfigureAwait(false);
        await _membership.DisposeAsync().ConfigureAwait(false);
        _closing.Dispose();
    }

    /// <summary><see cref="DisposeAsync"/> for containers that are disposed synchronously.</summary>
    public void Dispose()
    {
        if (_closing.IsCancellationRequested)
            return;
        _closing.Cancel();
        _source.Dispose();
        _membership.Dispose();
    }

    private static NpgsqlDataSource Source(PostgresOptions options, string name, int most)
    {
        var builder = options.Connection.ToBuilder();
        builder.ApplicationName = name;
        builder.MaxPoolSize = most;
        builder.Timeout = (int)options.ConnectTimeout.TotalSeconds;
        builder.CommandTimeout = (int)options.CommandTimeout.TotalSeconds;
        builder.CancellationTimeout = 1000;
        builder.Enlist = false;
        builder.IncludeErrorDetail = false;
        builder.PersistSecurityInfo = false;
        // A connection has no state that the next user could see, except that commits are durable: it must survive.
        builder.NoResetOnClose = true;
        if (builder.KeepAlive == 0)
            builder.KeepAlive = 10;
        if (!builder.ContainsKey("Max Auto Prepare"))
            builder.MaxAutoPrepare = 40;
        var source = new NpgsqlDataSourceBuilder(builder.ConnectionString);
        source.UsePhysicalConnectionInitializer(MakeDurable, MakeDurableAsync);
        return source.Build();
    }

    // A server or a user whose commits may be lost is told that ours may not be.
    private const string Durable = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

    private static void MakeDurable(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Durable, connection);
        command.ExecuteNonQuery();
    }

    private static async Task MakeDurableAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Durable, connection);
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private async Task OpenFirstAsync(CancellationToken cancellationToken)
    {
        _logger.Connecting(_options.Connection);
        await RepeatAsync(
            _source,
            async (connection, token) =>
            {
                await new Migrator(_options, _logger).MigrateAsync(connection, token).ConfigureAwait(false);
                await WarnAsync(connection, token).ConfigureAwait(false);
                return 0;
            },
            _options.StartupWait,
            cancellationToken,
            reason => _logger.Waiting(_options.Connection, reason, _options.StartupWait)).ConfigureAwait(false);
        _probing = ProbeAsync(cancellationToken);
    }

    private async Task WarnAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'", connection);
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is string setting)
            _logger.NotDurable(_options.Connection, setting);
    }

    private async Task<T> RepeatAsync<T>(
        NpgsqlDataSource source, Func<NpgsqlConnection, CancellationToken, Task<T>> work, TimeSpan most, CancellationToken cancellationToken, Action<string>? waits = null)
    {
        var begun = _time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan pause;
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                var result = await work(connection, cancellationToken).ConfigureAwait(false);
                Answered();
                return result;
            }
            catch (Exception error) when (DatabaseFaults.IsTransient(error) && !cancellationToken.IsCancellationRequested)
            {
                Missed(error);
                pause = Backoff.After(attempt);
                if (_time.GetElapsedTime(begun) + pause >= most)
                    throw DatabaseFaults.ToException(error, _options.Connection, _time.GetElapsedTime(begun));
                if (attempt == 1)
                    waits?.Invoke(DatabaseFaults.Reason(error));
            }
            catch (NpgsqlException error)
            {
                throw DatabaseFaults.ToException(error, _options.Connection);
            }

            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    // Asks when nobody else has: so that readiness tells of an absence before work meets it, and of the end of one.
    [SuppressMessage("Design", "CA1031", Justification = "Whatever a probe fails with is told by the health, and the next one follows.")]
    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_options.HealthInterval, _time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            if (Health.IsAvailable && _time.GetElapsedTime(Volatile.Read(ref _answeredAt)) < _options.HealthInterval)
                continue;
            try
            {
                await using var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                await using var command = new NpgsqlCommand("SELECT 1", connection);
                await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
                Answered();
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                Missed(error);
            }
        }
    }
}
