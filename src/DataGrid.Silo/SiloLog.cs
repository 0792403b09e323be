using DataGrid.Contracts;
using Microsoft.Extensions.Logging;

namespace DataGrid.Silo;

/// <summary>What the silo itself logs.</summary>
internal static partial class SiloLog
{
    [LoggerMessage(EventId = 9002, Level = LogLevel.Error, Message = "The pipeline {Pipeline} could not be submitted")]
    public static partial void NotSubmitted(ILogger logger, PipelineId pipeline, Exception fault);

    [LoggerMessage(EventId = 9001, Level = LogLevel.Error, Message = "A run of an earlier process could not be finished or given up; the next start tries again")]
    public static partial void NotRecovered(ILogger logger, Exception fault);

    [LoggerMessage(EventId = 9003, Level = LogLevel.Information, Message = "{Count} files that a killed process had not finished were removed")]
    public static partial void Swept(ILogger logger, int count);

    [LoggerMessage(EventId = 9005, Level = LogLevel.Warning, Message = "The {Work} failed; the next one is tried as usual")]
    public static partial void BackgroundWorkFailed(ILogger logger, string work, Exception fault);

    [LoggerMessage(EventId = 9006, Level = LogLevel.Warning, Message = "The catalog does not tell what changed: every table is looked at")]
    public static partial void CatalogNotAsked(ILogger logger, Exception fault);

    [LoggerMessage(EventId = 9004, Level = LogLevel.Warning, Message = "Files that a killed process had not finished could not be removed; vacuum takes those of tables")]
    public static partial void NotSwept(ILogger logger, Exception fault);
}
