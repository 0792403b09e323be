using Microsoft.Extensions.Hosting;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Gateway;

/// <summary>
/// Asks grains, and asks again while one moves to another silo: its silo was killed, stops, or two take each other's place. The answer may have been lost after the work was done:
/// only what may be done twice goes through here.
/// </summary>
internal sealed class MovingGrains(TimeProvider clock, IHostApplicationLifetime? host = null)
{
    /// <summary>Longer than it takes by default until a silo counts as dead and its grains are elsewhere; shorter than a client waits.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Asks until there is an answer, or the patience ends: then with the last fault.</summary>
    public async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (Exception fault) when (IsPassing(fault) && clock.GetElapsedTime(begun) < Patience && host?.ApplicationStopping.IsCancellationRequested != true)
            {
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
    }

    /// <inheritdoc cref="AskAsync{T}"/>
    public Task AskAsync(Func<Task> ask, CancellationToken cancellationToken) => AskAsync(
        async () =>
        {
            await ask();
            return true;
        },
        cancellationToken);

    private static bool IsPassing(Exception fault) => fault is OrleansMessageRejectionException or TimeoutException or InconsistentStateException;
}
