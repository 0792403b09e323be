using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Core.DeltaLog.Actions;

namespace DataGrid.Core.DeltaLog.Maintenance;

/// <summary>Which transactions a checkpoint still carries.</summary>
public static class TransactionExpiry
{
    private static readonly TimeSpan Default = TimeSpan.FromDays(30);

    /// <summary>The transactions that are kept: those without a time of their own, and those younger than the table's retention.</summary>
    public static IEnumerable<TransactionAction> Kept(Snapshot snapshot, long nowMilliseconds)
    {
        var retention = Interval(snapshot.Metadata.Configuration.GetValueOrDefault(TableFeatures.TransactionRetention)) ?? Default;
        var before = nowMilliseconds - (long)retention.TotalMilliseconds;
        return snapshot.Transactions.Values.Where(one => one.LastUpdated is not { } updated || updated >= before).OrderBy(static one => one.AppId, StringComparer.Ordinal);
    }

    /// <summary>A duration as table properties write it: <c>interval 30 days</c>, <c>interval 1 week 2 hours</c>; <c>null</c> when the text is none.</summary>
    public static TimeSpan? Interval(string? text)
    {
        if (text is null) return null;
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToImmutableArray();
        if (words.Length > 0 && words[0].Equals("interval", StringComparison.OrdinalIgnoreCase)) words = words.RemoveAt(0);
        if (words.Length == 0 || words.Length % 2 != 0) return null;
        var total = TimeSpan.Zero;
        for (var at = 0; at < words.Length; at += 2)
        {
            if (!double.TryParse(words[at], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) || Unit(words[at + 1]) is not { } unit) return null;
            total += count * unit;
        }
        return total;
    }

    private static TimeSpan? Unit(string name) => name.TrimEnd('s', 'S').ToUpperInvariant() switch
    {
        "WEEK" => TimeSpan.FromDays(7),
        "DAY" => TimeSpan.FromDays(1),
        "HOUR" => TimeSpan.FromHours(1),
        "MINUTE" => TimeSpan.FromMinutes(1),
        "SECOND" => TimeSpan.FromSeconds(1),
        "MILLISECOND" => TimeSpan.FromMilliseconds(1),
        _ => null,
    };
}
