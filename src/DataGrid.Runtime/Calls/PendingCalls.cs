namespace DataGrid.Runtime;

/// <summary>The calls that somebody waits for, so that the ones that take too long can be ended. Sharded, so that callers do not meet here.</summary>
internal sealed class PendingCalls : IDisposable
{
    private readonly Shard[] _shards = [.. Enumerable.Range(0, 16).Select(_ => new Shard())];
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly ITimer _timer;

    public PendingCalls(TimeProvider time, TimeSpan patience)
    {
        _time = time;
        _patience = patience;
        // Ten looks per default timeout: a call is ended at most a tenth late.
        var period = TimeSpan.FromMilliseconds(Math.Clamp(patience.TotalMilliseconds / 10, 10, 500));
        _timer = time.CreateTimer(static state => ((PendingCalls)state!).Sweep(), this, period, period);
    }

    public void Add(Call call)
    {
        call.Deadline = _time.GetTimestamp() + (long)((call.Method.ResponseTimeout ?? _patience).TotalSeconds * _time.TimestampFrequency);
        var index = Environment.CurrentManagedThreadId & (_shards.Length - 1);
        var shard = _shards[index];
        lock (shard.Gate)
        {
            call.Shard = index;
            call.Next = shard.First;
            if (shard.First is not null)
                shard.First.Previous = call;
            shard.First = call;
        }
    }

    public void Remove(Call call)
    {
        if (call.Shard < 0)
            return;
        var shard = _shards[call.Shard];
        lock (shard.Gate)
        {
            if (call.Shard < 0)
                return;
            if (call.Previous is null)
                shard.First = call.Next;
            else
                call.Previous.Next = call.Next;
            if (call.Next is not null)
                call.Next.Previous = call.Previous;
            call.Next = call.Previous = null;
            call.Shard = -1;
        }
    }

    public void FailAll(Func<Call, Exception> error)
    {
        foreach (var call in Where(_ => true))
            call.Fail(error(call));
    }

    public void Dispose() => _timer.Dispose();

    private void Sweep()
    {
        var now = _time.GetTimestamp();
        foreach (var call in Where(call => call.Deadline <= now))
        {
            call.TimeOut(call.Method.ResponseTimeout ?? _patience);
            // One that ended while it was being listed is still here.
            Remove(call);
        }
    }

    private List<Call> Where(Func<Call, bool> wanted)
    {
        var found = new List<Call>();
        foreach (var shard in _shards)
        {
            lock (shard.Gate)
            {
                for (var call = shard.First; call is not null; call = call.Next)
                {
                    if (wanted(call))
                        found.Add(call);
                }
            }
        }

        return found;
    }

    private sealed class Shard
    {
        public Lock Gate { get; } = new();

        public Call? First { get; set; }
    }
}
