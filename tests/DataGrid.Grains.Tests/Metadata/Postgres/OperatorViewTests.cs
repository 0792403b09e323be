using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Runs;
using DataGrid.Grains.Tests.Metadata.Embedded;
using DataGrid.Metadata.State;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Tests.Metadata.Postgres;

/// <summary>What operators read with plain SQL.</summary>
[Collection(PostgresCollection.Name)]
public sealed class OperatorViewTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly RunId Run = RunId.Create(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), 1);
    private PostgresBed _bed = null!;

    public async Task InitializeAsync() => _bed = (PostgresBed)await PostgresBed.OpenAsync(server);

    public async Task DisposeAsync() => await _bed.DisposeAsync();

    [Fact]
    public async Task Runs_show_pipeline_status_and_start()
    {
        await _bed.States.WriteStateAsync(
            "run", GrainId.Create("run", GrainKeys.Run(WorkspaceId.Default, Run)), new GrainState<RunState>(new RunState { Pipeline = PipelineId.Parse("flights"), Status = RunStatus.PartiallyPublished }));
        Assert.Equal(
            $"default,{Run},flights,partially_published,2026-01-02 03:04:05",
            await TextAsync("SELECT concat_ws(',', workspace, run, pipeline, status, to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')) FROM datagrid.runs WHERE changed_at <= clock_timestamp()"));
    }

    [Fact]
    public async Task Tasks_show_their_counts()
    {
        await _bed.Journal.AcceptAsync(
            new TaskReport
            {
                Generation = 2,
                Result = new TaskResult
                {
                    Task = new TaskId(Run, DatasetName.Parse("main.flights"), 7),
                    Attempt = AttemptId.Create(Guid.Parse("11111111-1111-1111-1111-111111111111")),
                    Outcome = TaskOutcome.Succeeded,
                    Manifest = new Manifest { Files = [], Columns = [], RowsRead = 10, RowsWritten = 8, RowsQuarantined = 2 },
                    Metrics = new TaskMetrics { Elapsed = TimeSpan.FromMilliseconds(1500), OutputBytes = 99 },
                },
            },
            default);
        Assert.Equal(
            $"{Run},main.flights,7,2,succeeded,10,8,2,99,00:00:01.5",
            await TextAsync("SELECT concat_ws(',', run, stage, task, generation, outcome, rows_read, rows_written, rows_quarantined, output_bytes, elapsed) FROM datagrid.tasks"));
    }

    [Fact]
    public async Task Reminders_show_when_and_how_often()
    {
        await _bed.Reminders.UpsertRow(new ReminderEntry
        {
            GrainId = GrainId.Create("pipeline", "default/flights"),
            ReminderName = "daily",
            StartAt = new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc),
            Period = TimeSpan.FromHours(24),
        });
        Assert.Equal(
            "default,pipeline,daily,2026-03-04 05:06:07,24:00:00",
            await TextAsync("SELECT concat_ws(',', workspace, grain_type, name, to_char(first_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), period) FROM datagrid.reminders"));
    }

    [Fact]
    public async Task The_views_of_an_empty_database_are_empty()
    {
        foreach (var view in new[] { "runs", "tasks", "silos", "reminders" })
            Assert.Equal(0L, await PostgresServer.ExecuteAsync(_bed.Options.Connection, $"SELECT count(*) FROM datagrid.{view}"));
    }

    [Fact]
    public async Task A_row_of_the_embedded_store_is_read_here_and_the_other_way_round()
    {
        await using var embedded = await EmbeddedBed.OpenAsync();
        var grain = GrainId.Create("run", "default/r");
        foreach (var (from, to) in new[] { ((MetadataBed)_bed, embedded), (embedded, _bed) })
        {
            var name = from.GetType().Name;
            await from.States.WriteStateAsync(name, grain, new GrainState<RunState>(new RunState { Pipeline = PipelineId.Parse("flights"), Status = RunStatus.Publishing }));
            var row = (await from.Table.ReadAsync(grain, name))!.Value;
            Assert.Equal(StateFormat.Current, row.Format);
            await to.Table.WriteAsync(grain, name, null, row.Payload);
            var read = new GrainState<RunState>();
            await to.States.ReadStateAsync(name, grain, read);
            Assert.Equal((PipelineId.Parse("flights"), RunStatus.Publishing), (read.State!.Pipeline, read.State.Status));
            Assert.Equal(row.Payload, (await to.Table.ReadAsync(grain, name))!.Value.Payload);
        }
    }

    private async Task<string?> TextAsync(string sql) => (string?)await PostgresServer.ExecuteAsync(_bed.Options.Connection, sql);
}
