using Microsoft.Extensions.Logging;

namespace DataGrid.Silo;

/// <summary>What the silo itself logs.</summary>
internal static partial class SiloLog
{
    [LoggerMessage(EventId = 9001, Level = LogLevel.Error, Message = "A run of an earlier process could not be finished or given up; the next start tries again")]
    public static partial void NotRecovered(ILogger logger, Exception fault);
}
