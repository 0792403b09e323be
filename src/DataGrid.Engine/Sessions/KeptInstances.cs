namespace DataGrid.Engine.Sessions;

/// <summary>Locked instances that a session's next query over the same inputs may use again: the newest few, each for a while. Not safe for several threads.</summary>
/// <param name="most">How many are kept.</param>
/// <param name="idle">How long one is kept without a query.</param>
internal sealed class KeptInstances(int most, TimeSpan idle)
{
    // Oldest first.
    private readonly List<(string Key, LockedInstance Instance, DateTimeOffset Since)> _kept = [];

    public int Count => _kept.Count;

    /// <summary>The newest one of a key, which is the caller's from then on; null when there is none.</summary>
    public LockedInstance? Take(string key)
    {
        var place = _kept.FindLastIndex(kept => kept.Key == key);
        if (place < 0)
            return null;
        var instance = _kept[place].Instance;
        _kept.RemoveAt(place);
        return instance;
    }

    /// <summary>Keeps one; answers what is too much now, to be closed.</summary>
    public IReadOnlyList<LockedInstance> Keep(string key, LockedInstance instance, DateTimeOffset now)
    {
        _kept.Add((key, instance, now));
        return RemoveOldest(_kept.Count - most);
    }

    /// <summary>What has waited too long, to be closed.</summary>
    public IReadOnlyList<LockedInstance> Expire(DateTimeOffset now) => RemoveOldest(_kept.Count(kept => now - kept.Since >= idle));

    /// <summary>All of them, to be closed.</summary>
    public IReadOnlyList<LockedInstance> Clear() => RemoveOldest(_kept.Count);

    private LockedInstance[] RemoveOldest(int count)
    {
        LockedInstance[] removed = [.. _kept.Take(count).Select(static kept => kept.Instance)];
        _kept.RemoveRange(0, removed.Length);
        return removed;
    }
}
