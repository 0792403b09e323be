using System.Collections.Concurrent;
using System.Reflection;
using Orleans;

namespace DataGrid.Silo.CrashHost;

/// <summary>Makes each call again, as a caller does that has lost the answer: half of them at once, the others when some later calls have been answered. What hands out work and waits
/// for news is left out: a second of those is another question, not the same one again. (The same message twice is no matter: the runtime knows its number.)</summary>
internal sealed class EveryCallTwice : IOutgoingGrainCallFilter
{
    private const int LaterBy = 5;
    private static readonly AsyncLocal<bool> IsAgain = new();
    private readonly ConcurrentQueue<Func<Task>> _later = new();
    private int _calls;
    private int _ranAgain;

    /// <summary>How many calls were answered for the second time.</summary>
    public int RanAgain => Volatile.Read(ref _ranAgain);

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        await context.Invoke();
        if (IsAgain.Value || context.MethodName is "Poll" or "ReadEvents") return;
        // The context is the first call's; the second is another of the same method with the same arguments.
        var (grain, method) = (context.Grain, context.InterfaceMethod);
        var arguments = Enumerable.Range(0, context.Request.GetArgumentCount()).Select(context.Request.GetArgument).ToArray();
        if (arguments.Any(static argument => argument is CancellationToken)) return;
        if (Interlocked.Increment(ref _calls) % 2 == 0) await AgainAsync(grain, method, arguments);
        else _later.Enqueue(() => AgainAsync(grain, method, arguments));
        if (_later.Count > LaterBy && _later.TryDequeue(out var earlier)) _ = Task.Run(earlier);
    }

    private async Task AgainAsync(object grain, MethodInfo method, object?[] arguments)
    {
        IsAgain.Value = true;
        try
        {
            await (Task)method.Invoke(grain, arguments)!;
            Interlocked.Increment(ref _ranAgain);
        }
        catch (Exception)
        {
            // Nobody waits for the second answer.
        }
    }
}
