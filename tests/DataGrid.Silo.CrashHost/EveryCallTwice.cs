using System.Collections.Concurrent;
using Orleans;

namespace DataGrid.Silo.CrashHost;

/// <summary>Sends each call again: half of them as soon as they are answered, the others when some later calls have been answered. The second answer goes nowhere, as after a
/// network that delivered a message twice. What hands out work and waits for news is left out: a second of those is another question, not the same one again.</summary>
internal sealed class EveryCallTwice : IOutgoingGrainCallFilter
{
    private const int LaterBy = 5;
    private static readonly AsyncLocal<bool> IsAgain = new();
    private readonly ConcurrentQueue<IOutgoingGrainCallContext> _later = new();
    private int _calls;

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        await context.Invoke();
        if (IsAgain.Value || context.MethodName is "Poll" or "ReadEvents") return;
        var result = context.Result;
        if (Interlocked.Increment(ref _calls) % 2 == 0) await SendAgainAsync(context);
        else _later.Enqueue(context);
        if (_later.Count > LaterBy && _later.TryDequeue(out var earlier)) _ = Task.Run(() => SendLaterAsync(earlier));
        context.Result = result;
    }

    private static Task SendLaterAsync(IOutgoingGrainCallContext context)
    {
        // It goes through this filter once more.
        IsAgain.Value = true;
        return SendAgainAsync(context);
    }

    private static async Task SendAgainAsync(IOutgoingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (Exception)
        {
            // Nobody waits for the second answer.
        }
    }
}
