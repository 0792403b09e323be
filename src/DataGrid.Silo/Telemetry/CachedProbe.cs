using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Storage;

namespace DataGrid.Silo.Telemetry;

/// <summary>Asks something that may hang, at most once at a time and not more often than told: whoever wants to know gets the newest answer within a limit.</summary>
internal sealed class CachedProbe(Func<CancellationToken, Task> probe, TimeSpan every, TimeSpan timeout, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private Task<string?> _asked = Task.FromResult<string?>(null);
    private long? _askedAt;

    /// <summary>Why it does not answer, one sentence; null when it does.</summary>
    public async Task<string?> LookAsync()
    {
        Task<string?> asked;
        lock (_lock)
        {
            // One that still hangs is waited for again, and not joined by others.
            if (_asked.IsCompleted && (_askedAt is not { } at || clock.GetElapsedTime(at) >= every)) (_asked, _askedAt) = (Task.Run(AskAsync), clock.GetTimestamp());
            asked = _asked;
        }
        try
        {
            return await asked.WaitAsync(timeout, clock);
        }
        catch (TimeoutException)
        {
            return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"no answer within {timeout.TotalSeconds:0.#} s");
        }
    }

    private async Task<string?> AskAsync()
    {
        using var limit = new CancellationTokenSource(timeout, clock);
        try
        {
            await probe(limit.Token);
            return null;
        }
        catch (OperationCanceledException)
        {
            return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"no answer within {timeout.TotalSeconds:0.#} s");
        }
        catch (Exception fault)
        {
            // Only what was written for people is shown: what others throw may name more than it should.
            return fault is ObjectStoreException or DataGridException ? fault.Message.TrimEnd('.') : $"it fails: {fault.GetType().Name}";
        }
    }
}
