using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;

namespace DataGrid.Core.Tests.Runs;

public sealed class DispatchQueueTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly RunId Run = RunId.Parse("r1");
    private readonly DispatchQueue _queue = new();

    [Fact]
    public void Tasks_are_given_out_in_order_and_only_as_many_as_fit()
    {
        _queue.Offer(Offer("s.a"));
        _queue.Offer(Offer("s.b"));
        _queue.Offer(Offer("s.c"));
        var first = Take("w");
        Assert.Equal(["s.a", "s.b"], first.Select(Stage));
        Assert.Empty(Take("w"));
        _queue.Complete(first[0].Offer.Task.Attempt);
        Assert.Equal(["s.c"], Take("w").Select(Stage));
    }

    [Fact]
    public void A_task_that_needs_a_whole_worker_waits_for_all_slots_and_is_not_overtaken()
    {
        _queue.Offer(Offer("s.first"));
        var running = Assert.Single(Take("w")).Offer.Task.Attempt;
        _queue.Offer(Offer("s.big") with { NeedsWholeWorker = true });
        _queue.Offer(Offer("s.small"));
        Assert.Empty(Take("w"));
        _queue.Complete(running);
        var lease = Assert.Single(Take("w"));
        Assert.Equal("s.big", Stage(lease));
        Assert.Equal(2, lease.Slots);
    }

    [Fact]
    public void A_withdrawn_stage_loses_what_waits_and_stops_what_runs()
    {
        _queue.Offer(Offer("s.a"));
        var running = Assert.Single(Take("w")).Offer.Task.Attempt;
        _queue.Offer(Offer("s.a"));
        _queue.Withdraw(Run, DatasetName.Parse("s.a"));
        Assert.Empty(Take("w"));
        Assert.Equal([running], _queue.Heartbeat("w", [running], Now).ToArray());
    }

    [Fact]
    public void A_silent_attempt_is_given_to_somebody_else_and_told_to_stop()
    {
        _queue.Offer(Offer("s.a"));
        var first = Assert.Single(Take("w1")).Offer.Task.Attempt;
        Assert.Empty(_queue.Expire(Now.AddSeconds(29), TimeSpan.FromSeconds(30)));
        Assert.Equal([first], _queue.Expire(Now.AddSeconds(31), TimeSpan.FromSeconds(30)).ToArray());
        var second = Assert.Single(Take("w2")).Offer.Task.Attempt;
        Assert.NotEqual(first, second);
        Assert.Equal([first], _queue.Heartbeat("w1", [first], Now).ToArray());
    }

    [Fact]
    public void A_heartbeat_keeps_a_lease()
    {
        _queue.Offer(Offer("s.a"));
        var attempt = Assert.Single(Take("w")).Offer.Task.Attempt;
        Assert.Empty(_queue.Heartbeat("w", [attempt], Now.AddSeconds(20)));
        Assert.Empty(_queue.Expire(Now.AddSeconds(40), TimeSpan.FromSeconds(30)));
        _queue.Complete(attempt);
        Assert.Equal(0, _queue.Running);
    }

    private TaskLease[] Take(string worker) =>
        [.. _queue.Take(worker, 2, Now, static () => AttemptId.Create(Guid.NewGuid()))];

    private static string Stage(TaskLease lease) => lease.Offer.Task.Task.Stage.ToString();

    private static TaskOffer Offer(string stage)
    {
        var name = DatasetName.Parse(stage);
        return new TaskOffer
        {
            Generation = 1,
            Task = new TaskSpec
            {
                Task = new TaskId(Run, name, 0),
                Attempt = default,
                Step = new() { Name = name, File = "f", Sql = "select 1", Columns = [], Reads = [] },
                Inputs = [],
                StagingDirectory = "",
                Limits = new TaskLimits { MemoryBytes = 1, Threads = 1, TemporaryBytes = 1 },
            },
        };
    }
}
