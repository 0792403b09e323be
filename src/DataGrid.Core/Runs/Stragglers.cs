namespace DataGrid.Core.Runs;

/// <summary>Which tasks of a stage take so much longer than the others that another attempt, elsewhere, is likely to be sooner done.</summary>
public static class Stragglers
{
    /// <summary>A task shorter than this is never doubled: starting it again would take as long.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>Finds them. None before half of the stage's tasks are done: until then nobody knows what is usual.</summary>
    /// <param name="tasks">How many tasks the stage has.</param>
    /// <param name="finished">How long those took that are done.</param>
    /// <param name="running">The others that run once, by number, and since when.</param>
    /// <param name="now">Now.</param>
    /// <param name="factor">How many times the median is too long.</param>
    public static IReadOnlyList<int> Find(int tasks, IReadOnlyCollection<TimeSpan> finished, IReadOnlyDictionary<int, DateTimeOffset> running, DateTimeOffset now, double factor)
    {
        ArgumentNullException.ThrowIfNull(finished);
        ArgumentNullException.ThrowIfNull(running);
        if (finished.Count == 0 || finished.Count * 2 < tasks) return [];
        var median = finished.Order().ElementAt(finished.Count / 2);
        var limit = median * factor > Shortest ? median * factor : Shortest;
        return [.. running.Where(task => now - task.Value > limit).Select(static task => task.Key).Order()];
    }
}
