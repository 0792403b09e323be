using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.Metadata.Postgres;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Grains.Tests.Metadata.Postgres;

/// <summary>The database commits and the reply is lost: the store finds out what happened and does nothing twice.</summary>
[Collection(PostgresCollection.Name)]
public sealed class LostReplyTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly GrainId Grain = GrainId.Create("dataset", "default/main.flights");
    private ReplyLosingProxy _proxy = null!;
    private PostgresBed _bed = null!;

    public async Task InitializeAsync()
    {
        var options = await server.CreateAsync();
        _proxy = new ReplyLosingProxy(server.Local.Port);
        var through = options.Connection.ToBuilder();
        through.Port = _proxy.Port;
        _bed = await PostgresBed.OpenAsync(options with { Connection = DatabaseConnection.Parse(through.ConnectionString) });
    }

    public async Task DisposeAsync()
    {
        await _bed.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_first_write_is_known_to_be_its_own()
    {
        _proxy.LoseReplyTo("marker-one");
        var state = new GrainState<Value>(new Value { Text = "marker-one" });
        await _bed.States.WriteStateAsync("state", Grain, state);
        Assert.Equal(1, _proxy.Lost);
        Assert.Equal(state.ETag, (await ReadAsync()).ETag);
        state.State!.Text = "two";
        await _bed.States.WriteStateAsync("state", Grain, state);
        Assert.Equal("two", (await ReadAsync()).State!.Text);
    }

    [Fact]
    public async Task A_later_write_is_known_to_be_its_own()
    {
        var state = new GrainState<Value>(new Value { Text = "one" });
        await _bed.States.WriteStateAsync("state", Grain, state);
        _proxy.LoseReplyTo("marker-two");
        state.State!.Text = "marker-two";
        await _bed.States.WriteStateAsync("state", Grain, state);
        Assert.Equal(1, _proxy.Lost);
        Assert.Equal(state.ETag, (await ReadAsync()).ETag);
    }

    [Fact]
    public async Task A_write_of_somebody_else_is_not_taken_for_ones_own()
    {
        var mine = new GrainState<Value>(new Value { Text = "one" });
        await _bed.States.WriteStateAsync("state", Grain, mine);
        var other = await ReadAsync();
        other.State!.Text = "other";
        await _bed.States.WriteStateAsync("state", Grain, other);
        _proxy.LoseReplyTo("marker-three");
        mine.State!.Text = "marker-three";
        var error = await Assert.ThrowsAnyAsync<InconsistentStateException>(() => _bed.States.WriteStateAsync("state", Grain, mine));
        // It cannot tell: its own write might have come before the other one.
        Assert.Contains("whether this write was applied before that is not known", error.Message, StringComparison.Ordinal);
        Assert.Equal("other", (await ReadAsync()).State!.Text);
    }

    [Fact]
    public async Task A_removal_is_done()
    {
        var state = new GrainState<Value>(new Value { Text = "one" });
        await _bed.States.WriteStateAsync("state", Grain, state);
        _proxy.LoseReplyTo(state.ETag!);
        await _bed.States.ClearStateAsync("state", Grain, state);
        Assert.Equal(1, _proxy.Lost);
        Assert.False((await ReadAsync()).RecordExists);
    }

    [Fact]
    public async Task A_tasks_result_is_its_result()
    {
        var report = new TaskReport
        {
            Generation = 1,
            Result = new TaskResult
            {
                Task = new TaskId(RunId.Create(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), 1), DatasetName.Parse("main.flights"), 0),
                Attempt = AttemptId.Create(Guid.Parse("11111111-1111-1111-1111-111111111111")),
                Outcome = TaskOutcome.Succeeded,
            },
        };
        _proxy.LoseReplyTo(report.Result.Attempt.Value);
        var winner = await _bed.Journal.AcceptAsync(report, default);
        Assert.Equal(1, _proxy.Lost);
        Assert.Equal(report.Result.Attempt, winner.Result.Attempt);
        Assert.Single(await _bed.Journal.ListAsync(report.Result.Task.Run, default));
    }

    [Fact]
    public async Task A_removed_reminder_is_removed()
    {
        var etag = await _bed.Reminders.UpsertRow(new ReminderEntry { GrainId = Grain, ReminderName = "daily", Period = TimeSpan.FromMinutes(1) });
        _proxy.LoseReplyTo(etag!);
        Assert.True(await _bed.Reminders.RemoveRow(Grain, "daily", etag!));
        Assert.Equal(1, _proxy.Lost);
        Assert.Null(await _bed.Reminders.ReadRow(Grain, "daily"));
    }

    private async Task<GrainState<Value>> ReadAsync()
    {
        var state = new GrainState<Value>();
        await _bed.States.ReadStateAsync("state", Grain, state);
        return state;
    }

    internal sealed class Value
    {
        public string Text { get; set; } = "";
    }
}
