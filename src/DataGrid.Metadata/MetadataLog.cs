using Microsoft.Extensions.Logging;

namespace DataGrid.Metadata;

/// <summary>What the store says, event ids 2000 to 2099.</summary>
internal static partial class MetadataLog
{
    [LoggerMessage(2000, LogLevel.Debug, "Metadata {File} opened in {Elapsed}")]
    public static partial void Opened(this ILogger logger, string file, TimeSpan elapsed);

    [LoggerMessage(2001, LogLevel.Error,
        "Metadata {File} cannot be read ({Reason}). It was renamed to {Aside} and the store starts empty: tables are not affected, unfinished runs are forgotten. Earlier copy: {Copy}")]
    public static partial void SetAside(this ILogger logger, string file, string reason, string aside, string copy);

    [LoggerMessage(2002, LogLevel.Information, "Metadata {File} migrated from version {From} to {To}")]
    public static partial void Migrated(this ILogger logger, string file, int from, int to);

    [LoggerMessage(2003, LogLevel.Warning, "Metadata {File} could not be copied; the next attempt is in {Interval}")]
    public static partial void CopyFailed(this ILogger logger, string file, TimeSpan interval, Exception error);

    [LoggerMessage(2004, LogLevel.Warning, "A batch of {Count} metadata operations failed and is repeated one by one: {Reason}")]
    public static partial void BatchFailed(this ILogger logger, int count, string reason);

    [LoggerMessage(2005, LogLevel.Critical, "Metadata {File} cannot be opened")]
    public static partial void Unopened(this ILogger logger, string file, Exception error);
}
