using Orleans;

namespace DataGrid.Silo.CrashHost;

/// <summary>Sends each call again: half of them as soon as they are answered, the others when later calls have been made meanwhile. The second answer goes nowhere, as after a
/// network that delivered a message twice. What hands out work and waits for news is left out: a second of those is another question, not the same one again.</summary>
internal sealed class EveryCallTwice : IOutgoingGrainCallFilter
{
    private static readonly AsyncLocal<bool> IsAgain = new();
    private static readonly TimeSpan[] Later = [TimeSpan.Zero, TimeSpan.FromMilliseconds(40), TimeSpan.FromMilliseconds(250)];
    private int _calls;

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        await context.Invoke();
        if (IsAgain.Value || context.MethodName is "Poll" or "ReadEvents") return;
        var result = context.Result;
        var number = Interlocked.Increment(ref _calls);
        if (number % 2 == 0) await SendAgainAsync(context);
        else _ = Task.Run(() => SendLaterAsync(context, Later[number / 2 % Later.Length]));
        context.Result = result;
    }

    private static async Task SendLaterAsync(IOutgoingGrainCallContext context, TimeSpan pause)
    {
        await Task.Delay(pause);
        IsAgain.Value = true;
        await SendAgainAsync(context);
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
