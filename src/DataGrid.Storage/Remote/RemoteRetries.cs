using System.Globalization;
using DataGrid.Contracts.Storage;

namespace DataGrid.Storage.Remote;

/// <summary>Repeats calls that may be repeated. Bounded in number and time; pauses grow and differ by chance, so that many clients do not come back together.</summary>
internal sealed class RemoteRetries(RemoteStoreOptions options, TimeProvider clock, Random chance)
{
    private const int PatienceWhenThrottled = 4;

    /// <summary>Runs a call until it succeeds, fails for good, or the limits are reached.</summary>
    /// <param name="what">What is done, for a message: <c>read s3://bucket/key</c>.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Ends the call and the pauses.</param>
    internal async Task<T> RunAsync<T>(string what, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan pause;
            try
            {
                return await OnceAsync(what, call, cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectStoreException fault) when (fault.IsTransient)
            {
                pause = Pause(attempt, fault.Fault);
                var elapsed = clock.GetElapsedTime(start);
                if (attempt >= options.Attempts || elapsed + pause > options.TotalTime) throw attempt == 1 ? fault : After(fault, attempt, elapsed);
            }
            await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a call once, for as long as one request may take.</summary>
    internal async Task<T> OnceAsync<T>(string what, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var timeout = new CancellationTokenSource(options.RequestTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await call(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ObjectStoreException(StoreFault.Unavailable, $"Could not {what}: the store did not answer within {options.RequestTimeout.TotalSeconds:0.#} s.", null);
        }
    }

    private TimeSpan Pause(int attempt, StoreFault fault)
    {
        var longest = options.FirstPause * Math.Pow(2, Math.Min(attempt - 1, 20)) * (fault == StoreFault.Throttled ? PatienceWhenThrottled : 1);
        if (longest > options.LongestPause) longest = options.LongestPause;
        lock (chance) return longest * (0.5 + chance.NextDouble() / 2);
    }

    private static ObjectStoreException After(ObjectStoreException fault, int attempts, TimeSpan elapsed) => new(
        fault.Fault, string.Create(CultureInfo.InvariantCulture, $"{fault.Message.TrimEnd('.')} ({attempts} attempts in {elapsed.TotalSeconds:0.#} s)."), fault.InnerException) { Help = fault.Help };
}
