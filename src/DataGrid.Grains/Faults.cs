using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
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

    /// <summary>A run's end could not be written.</summary>
    [LoggerMessage(EventId = 6004, Level = LogLevel.Error, Message = "The end of run {Run} could not be recorded; the next start does it")]
    public static partial void EndNotRecorded(ILogger logger, RunId run, Exception fault);

    /// <summary>Another activation drives a run.</summary>
    [LoggerMessage(EventId = 6008, Level = LogLevel.Information, Message = "Run {Run} goes on elsewhere: this activation steps aside")]
    public static partial void Replaced(ILogger logger, RunId run, Exception fault);

    /// <summary>A stage did not answer.</summary>
    [LoggerMessage(EventId = 6009, Level = LogLevel.Warning, Message = "Stage {Stage} of run {Run} cannot be reached; it is asked again")]
    public static partial void StageNotReached(ILogger logger, RunId run, DatasetName stage, Exception fault);

    /// <summary>A wish to cancel could not be written.</summary>
    [LoggerMessage(EventId = 6010, Level = LogLevel.Warning, Message = "That run {Run} shall be cancelled could not be recorded; it is cancelled as long as its silo lives")]
    public static partial void CancelNotKept(ILogger logger, RunId run, Exception fault);

    /// <summary>Partitions have not heard of a commit.</summary>
    [LoggerMessage(EventId = 6005, Level = LogLevel.Warning, Message = "The partitions of {Dataset} have not heard of its version {Version}")]
    public static partial void PartitionsNotTold(ILogger logger, DatasetName dataset, long version, Exception fault);

    [LoggerMessage(EventId = 6001, Level = LogLevel.Error, Message = "An unexpected fault")]
    private static partial void Unexpected(ILogger logger, Exception fault);
}
