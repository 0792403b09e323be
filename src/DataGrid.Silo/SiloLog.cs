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
}
