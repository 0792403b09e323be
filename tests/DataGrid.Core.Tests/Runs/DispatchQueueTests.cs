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
        Assert.Equal([running], _queue.Heartbeat("w", [running], [], Now).ToArray());
    }

    [Fact]
    public void A_silent_attempt_is_given_to_somebody_else_and_told_to_stop()
    {
        _queue.Offer(Offer("s.a"));
        var first = Assert.Single(Take("w1")).Offer.Task.Attempt;
        Assert.Empty(_queue.Expire(Now.AddSeconds(29), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)));
        Assert.Equal([first], _queue.Expire(Now.AddSeconds(31), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)).ToArray());
        var second = Assert.Single(Take("w2")).Offer.Task.Attempt;
        Assert.NotEqual(first, second);
        Assert.Equal([first], _queue.Heartbeat("w1", [first], [], Now).ToArray());
    }

    [Fact]
    public void A_heartbeat_keeps_a_lease()
    {
        _queue.Offer(Offer("s.a"));
        var attempt = Assert.Single(Take("w")).Offer.Task.Attempt;
        Assert.Empty(_queue.Heartbeat("w", [attempt], [], Now.AddSeconds(20)));
        Assert.Empty(_queue.Expire(Now.AddSeconds(40), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)));
        _queue.Complete(attempt);
        Assert.Equal(0, _queue.Running);
    }

    [Fact]
    public void A_lease_that_its_worker_never_confirmed_ends_sooner()
    {
        _queue.Offer(Offer("s.a"));
        _queue.Offer(Offer("s.b"));
        var leases = Take("w");
        Assert.Empty(_queue.Heartbeat("w", [leases[0].Offer.Task.Attempt], [], Now));
        Assert.Equal([leases[1].Offer.Task.Attempt], _queue.Expire(Now.AddSeconds(6), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5)).ToArray());
        Assert.Equal(["s.b"], Take("other").Select(Stage));
    }

    [Fact]
    public void What_a_dead_silo_held_waits_again_at_once_and_before_what_came_later()
    {
        _queue.Offer(Offer("s.a"));
        var lost = Assert.Single(Take("dead")).Offer.Task.Attempt;
        _queue.Offer(Offer("s.b"));
        Assert.Empty(_queue.LoseWorkers(static worker => worker == "alive"));
        Assert.Equal([lost], _queue.LoseWorkers(static worker => worker == "dead").ToArray());
        Assert.Equal(["s.a", "s.b"], Take("alive").Select(Stage));
        // It was only thought dead: its attempt must not go on beside the new one.
        Assert.Equal([lost], _queue.Heartbeat("dead", [lost], [], Now).ToArray());
    }

    [Fact]
    public void What_a_dead_silo_held_of_a_withdrawn_stage_is_forgotten()
    {
        _queue.Offer(Offer("s.a"));
        Assert.Single(Take("dead"));
        Assert.Equal(1, _queue.Withdraw(Run, DatasetName.Parse("s.a")));
        _queue.LoseWorkers(static _ => true);
        Assert.Empty(Take("alive"));
        Assert.Equal(0, _queue.Withdraw(Run, DatasetName.Parse("s.a")));
    }

    [Fact]
    public void A_settled_task_stops_its_other_attempts_and_waits_no_more()
    {
        _queue.Offer(Offer("s.a"));
        _queue.Offer(Offer("s.a"));
        _queue.Offer(Offer("s.a"));
        _queue.Offer(Offer("s.b"));
        var attempts = Take("w").Select(static lease => lease.Offer.Task.Attempt).ToArray();
        _queue.Settle(new TaskId(Run, DatasetName.Parse("s.a"), 0), attempts[0]);
        Assert.Equal([attempts[1]], _queue.Heartbeat("w", [.. attempts], [], Now).ToArray());
        Assert.Equal(["s.b"], Take("other").Select(Stage));
    }

    [Fact]
    public void A_queue_that_begins_anew_takes_over_what_workers_say_they_run()
    {
        var held = Held("s.a");
        _queue.BeginAdopting();
        Assert.Empty(_queue.Heartbeat("w", [held.Attempt], [held], Now));
        Assert.Equal([0], _queue.TasksOf(Run, held.Task.Stage).ToArray());
        // It has its slot, its lease and its end as any other.
        _queue.Offer(Offer("s.b"));
        _queue.Offer(Offer("s.c"));
        Assert.Equal(["s.b"], Take("w").Select(Stage));
        Assert.Contains(held.Attempt, _queue.Expire(Now.AddSeconds(31), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)));
        // Its offer is not known here: its stage makes it again.
        Assert.Empty(_queue.TasksOf(Run, held.Task.Stage));
    }

    [Fact]
    public void A_task_that_waits_again_while_its_attempt_goes_on_waits_no_more_when_that_is_heard_of()
    {
        var held = Held("s.a");
        _queue.BeginAdopting();
        _queue.Offer(Offer("s.a"));
        Assert.Empty(_queue.Heartbeat("w", [held.Attempt], [held], Now));
        Assert.Empty(Take("other"));
        // Lost again, its offer is there.
        Assert.Equal([held.Attempt], _queue.LoseWorkers(static worker => worker == "w").ToArray());
        Assert.Equal(["s.a"], Take("other").Select(Stage));
    }

    [Fact]
    public void An_attempt_whose_task_was_given_to_somebody_else_meanwhile_is_not_taken_over()
    {
        var held = Held("s.a");
        _queue.BeginAdopting();
        _queue.Offer(Offer("s.a"));
        Assert.Single(Take("other"));
        Assert.Equal([held.Attempt], _queue.Heartbeat("w", [held.Attempt], [held], Now).ToArray());
    }

    [Fact]
    public void An_attempt_of_a_stage_that_was_withdrawn_before_it_was_heard_of_is_told_to_stop()
    {
        var held = Held("s.a");
        _queue.BeginAdopting();
        Assert.Equal(0, _queue.Withdraw(Run, held.Task.Stage));
        Assert.Equal([held.Attempt], _queue.Heartbeat("w", [held.Attempt], [held], Now).ToArray());
        Assert.Empty(_queue.TasksOf(Run, held.Task.Stage));
    }

    [Fact]
    public void A_heartbeat_that_comes_after_the_end_of_its_attempt_brings_it_not_back()
    {
        var (over, given) = (Held("s.a"), Held("s.b"));
        _queue.BeginAdopting();
        _queue.Complete(over.Attempt);
        _queue.HandBack(given.Attempt);
        Assert.Empty(_queue.Heartbeat("w", [over.Attempt, given.Attempt], [over, given], Now));
        Assert.Equal(0, _queue.Running);
    }

    [Fact]
    public void An_attempt_that_was_given_out_here_is_not_taken_over_after_its_end()
    {
        _queue.BeginAdopting();
        _queue.Offer(Offer("s.a"));
        _queue.Offer(Offer("s.b"));
        var leases = Take("w");
        HeldAttempt[] held = [.. leases.Select(static lease => new HeldAttempt { Attempt = lease.Offer.Task.Attempt, Task = lease.Offer.Task.Task, Slots = lease.Slots })];
        _queue.Complete(held[0].Attempt);
        _queue.HandBack(held[1].Attempt);
        Assert.Empty(_queue.Heartbeat("w", [held[0].Attempt, held[1].Attempt], [.. held], Now));
        Assert.Equal((1, 0), (_queue.Waiting, _queue.Running));
        // Its slots are free, and what was handed back is given out again.
        _queue.Offer(Offer("s.big") with { NeedsWholeWorker = true });
        Assert.Equal(["s.b"], Take("w").Select(Stage));
    }

    [Fact]
    public void A_queue_that_has_heard_of_every_worker_takes_over_nothing()
    {
        var held = Held("s.a");
        _queue.BeginAdopting();
        _queue.EndAdopting();
        Assert.Equal([held.Attempt], _queue.Heartbeat("w", [held.Attempt], [held], Now).ToArray());
    }

    [Fact]
    public void A_worker_of_an_older_version_tells_no_tasks_and_is_told_to_stop()
    {
        _queue.BeginAdopting();
        var attempt = Held("s.a").Attempt;
        Assert.Equal([attempt], _queue.Heartbeat("w", [attempt], default, Now).ToArray());
    }

    [Fact]
    public void Tasks_that_wait_and_tasks_that_run_are_known_and_those_told_to_stop_are_not()
    {
        _queue.Offer(Offer("s.a"));
        _queue.Offer(Offer("s.b"));
        Assert.Equal([0], _queue.TasksOf(Run, DatasetName.Parse("s.a")).ToArray());
        Take("w");
        Assert.Equal([0], _queue.TasksOf(Run, DatasetName.Parse("s.a")).ToArray());
        Assert.Empty(_queue.TasksOf(Run, DatasetName.Parse("s.c")));
        _queue.Withdraw(Run, DatasetName.Parse("s.a"));
        Assert.Empty(_queue.TasksOf(Run, DatasetName.Parse("s.a")));
        Assert.Equal([0], _queue.TasksOf(Run, DatasetName.Parse("s.b")).ToArray());
    }

    [Theory]
    [InlineData(0, false, 1)]
    [InlineData(1, false, 1)]
    [InlineData(256, false, 1)]
    [InlineData(257, false, 2)]
    [InlineData(1024, false, 4)]
    [InlineData(9999, false, 4)]
    [InlineData(0, true, 4)]
    public void A_task_takes_as_many_slots_as_have_its_memory(long mebibytes, bool needsWhole, int slots) =>
        Assert.Equal(slots, DispatchQueue.SlotsFor(Offer("s.a") with { MemoryBytes = mebibytes << 20, NeedsWholeWorker = needsWhole }, new WorkerCapacity { Worker = "w", Slots = 4, MemoryBytes = 1L << 30 }));

    private TaskLease[] Take(string worker) =>
        [.. _queue.Take(new WorkerCapacity { Worker = worker, Slots = 2 }, Now, static () => AttemptId.Create(Guid.NewGuid()))];

    private static HeldAttempt Held(string stage) => new() { Attempt = AttemptId.Create(Guid.NewGuid()), Task = new TaskId(Run, DatasetName.Parse(stage), 0), Slots = 1 };

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
