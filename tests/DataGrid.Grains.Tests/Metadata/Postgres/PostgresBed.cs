using DataGrid.Contracts.Runs;
using DataGrid.Metadata.Postgres;
using DataGrid.Metadata.Postgres.Tables;
using DataGrid.Metadata.Postgres.Writing;
using DataGrid.Metadata.Runs;
using DataGrid.Metadata.State;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans;
using Orleans.Storage;

namespace DataGrid.Grains.Tests.Metadata.Postgres;

/// <summary>Metadata in a database of its own.</summary>
internal sealed class PostgresBed : MetadataBed
{
    private GrainStateStorage _states = null!;

    private readonly TimeProvider _time;

    private PostgresBed(PostgresOptions options, List<string> log, TimeProvider time)
    {
        (Options, Log, _time) = (options, log, time);
        Open();
    }

    public PostgresOptions Options { get; }

    /// <summary>What was logged, with the exceptions.</summary>
    public List<string> Log { get; }

    public Database Database { get; private set; } = null!;

    public WriteQueue Writes { get; private set; } = null!;

    public override IGrainStorage States => _states;

    public override ITaskJournal Journal => new TaskJournal(new ResultTable(Database, Writes), Options.MaxReportBytes);

    public override IReminderTable Reminders => new ReminderTable(Database);

    internal override IStateTable Table => new StateTable(Database, Writes);

    /// <summary>A store as a silo opens it; several of one database are several silos.</summary>
    public static async Task<PostgresBed> OpenAsync(PostgresOptions options, List<string>? log = null, TimeProvider? time = null)
    {
        var bed = new PostgresBed(options, log ?? [], time ?? TimeProvider.System);
        try
        {
            await bed.Database.OpenAsync();
            return bed;
        }
        catch
        {
            await bed.DisposeAsync();
            throw;
        }
    }

    public static async Task<MetadataBed> OpenAsync(PostgresServer server) => await OpenAsync(await server.CreateAsync());

    public override async Task ReopenAsync()
    {
        await DisposeAsync();
        Open();
        await Database.OpenAsync();
    }

    public override async Task<IAsyncDisposable> HoldAsync()
    {
        var connection = new NpgsqlConnection(Options.Connection.ToBuilder().ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE datagrid.grain_state, datagrid.task_result IN EXCLUSIVE MODE", connection);
        await command.ExecuteNonQueryAsync();
        // Closing gives the locks back.
        return connection;
    }

    public override async ValueTask DisposeAsync()
    {
        await Writes.DisposeAsync();
        await Database.DisposeAsync();
    }

    private void Open()
    {
        Database = new Database(Options, _time, new ListLogger<Database>(Log));
        Writes = new WriteQueue(Database, new ListLogger<WriteQueue>(Log));
        _states = new GrainStateStorage(Table, Options.MaxStateBytes);
    }

    private sealed class ListLogger<T>(List<string> lines) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (lines)
                lines.Add($"{formatter(state, exception)} {exception}");
        }
    }
}
