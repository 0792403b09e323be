using Microsoft.Extensions.Logging;

namespace DataGrid.Gateway;

/// <summary>What the gateway logs.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(EventId = 8001, Level = LogLevel.Error, Message = "{Method} {Path} failed (request {Request})")]
    public static partial void Failed(ILogger logger, string method, string path, string request, Exception fault);

    [LoggerMessage(EventId = 8002, Level = LogLevel.Warning, Message = "The answer to {Method} {Path} was cut off")]
    public static partial void CutOff(ILogger logger, string method, string path, Exception fault);

    [LoggerMessage(EventId = 8003, Level = LogLevel.Warning, Message = "An idempotency record could not be written or removed")]
    public static partial void RecordNotKept(ILogger logger, Exception fault);

    [LoggerMessage(EventId = 8004, Level = LogLevel.Error, Message = "The audit log could not be written")]
    public static partial void AuditFailed(ILogger logger, Exception fault);

    [LoggerMessage(EventId = 8006, Level = LogLevel.Warning, Message = "The keys of {Issuer} could not be read")]
    public static partial void IssuerNotAsked(ILogger logger, string issuer, Exception fault);

    [LoggerMessage(EventId = 8007, Level = LogLevel.Warning, Message = "Folders of old projects could not be removed")]
    public static partial void ProjectsNotSwept(ILogger logger, Exception fault);

    [LoggerMessage(EventId = 8005, Level = LogLevel.Warning, Message = "The last use of the key {Key} could not be noted")]
    public static partial void UseNotNoted(ILogger logger, string key, Exception fault);
}
