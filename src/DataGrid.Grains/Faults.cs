using DataGrid.Contracts.Errors;
using DataGrid.Core.Errors;
using Microsoft.Extensions.Logging;

namespace DataGrid.Grains;

/// <summary>Faults in grains: those that nobody expects are logged with their stack.</summary>
internal static partial class Faults
{
    /// <summary>What people read about a fault.</summary>
    public static Problem ToProblem(Exception fault, ILogger logger)
    {
        var problem = FaultProblems.From(fault);
        if (problem.Code == ErrorCodes.Internal) Unexpected(logger, fault);
        return problem;
    }

    [LoggerMessage(EventId = 6001, Level = LogLevel.Error, Message = "An unexpected fault")]
    private static partial void Unexpected(ILogger logger, Exception fault);
}
