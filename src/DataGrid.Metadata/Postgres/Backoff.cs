namespace DataGrid.Metadata.Postgres;

/// <summary>How long to wait before trying again: doubling, and never the same for all silos, so that a database that comes back is not overrun.</summary>
internal static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>The wait after failure number <paramref name="attempt"/>, from 1: between the half and the whole of 25 ms, 50 ms … 1 s.</summary>
    public static TimeSpan After(int attempt)
    {
        var whole = First * Math.Pow(2, Math.Min(attempt - 1, 10));
        return (whole < Longest ? whole : Longest) * (0.5 + (0.5 * Random.Shared.NextDouble()));
    }
}
