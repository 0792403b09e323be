using DataGrid.Metadata.Postgres;
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

    [LoggerMessage(2010, LogLevel.Debug, "Metadata are in the database {Database}")]
    public static partial void Connecting(this ILogger logger, DatabaseConnection database);

    [LoggerMessage(2011, LogLevel.Error, "The database {Database} is away ({Reason}); what can wait waits for it")]
    public static partial void Away(this ILogger logger, DatabaseConnection database, string reason);

    [LoggerMessage(2012, LogLevel.Information, "The database {Database} answers again after {Absence}")]
    public static partial void Back(this ILogger logger, DatabaseConnection database, TimeSpan absence);

    [LoggerMessage(2013, LogLevel.Warning, "The database {Database} runs with {Setting} = off: when its machine fails, what it acknowledged may be lost")]
    public static partial void NotDurable(this ILogger logger, DatabaseConnection database, string setting);

    [LoggerMessage(2014, LogLevel.Information, "The schema of {Database} was brought from version {From} to {To}")]
    public static partial void SchemaMigrated(this ILogger logger, DatabaseConnection database, int from, int to);

    [LoggerMessage(2015, LogLevel.Information, "The schema of {Database} has version {Version}, made by a newer DataGrid; it says that versions from {Compatible} on may use it, and this one knows {Known}")]
    public static partial void SchemaNewer(this ILogger logger, DatabaseConnection database, int version, int compatible, int known);

    [LoggerMessage(2016, LogLevel.Warning, "A batch of {Count} writes to {Database} was refused and is repeated one by one: {Reason}")]
    public static partial void WritesRefused(this ILogger logger, int count, DatabaseConnection database, string reason);

    [LoggerMessage(2017, LogLevel.Information, "The database {Database} does not answer yet ({Reason}); waiting up to {Wait} for it")]
    public static partial void Waiting(this ILogger logger, DatabaseConnection database, string reason, TimeSpan wait);
}
