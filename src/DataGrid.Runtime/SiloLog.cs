using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace DataGrid.Runtime;

/// <summary>What the runtime says, event ids 1000 to 1099.</summary>
internal sealed partial class SiloLog(ILogger<Silo> logger)
{
    [LoggerMessage(1000, LogLevel.Information, "Silo {Name} of cluster {ClusterId} started in {Elapsed}")]
    public partial void Started(string name, string clusterId, TimeSpan elapsed);

    [LoggerMessage(1001, LogLevel.Information, "Silo {Name} stopped in {Elapsed}")]
    public partial void Stopped(string name, TimeSpan elapsed);

    [LoggerMessage(1002, LogLevel.Warning, "A turn of {GrainId} took {Elapsed}: turns decide, workers compute")]
    public partial void LongTurn(GrainId grainId, TimeSpan elapsed);

    [LoggerMessage(1003, LogLevel.Error, "{GrainId} could not be activated")]
    public partial void ActivationFailed(GrainId grainId, Exception error);

    [LoggerMessage(1004, LogLevel.Error, "{GrainId} failed while deactivating")]
    public partial void DeactivationFailed(GrainId grainId, Exception error);

    [LoggerMessage(1005, LogLevel.Warning, "{GrainId} deactivates although requests still run after {Limit}")]
    public partial void RequestsOutlived(GrainId grainId, TimeSpan limit);

    [LoggerMessage(1006, LogLevel.Warning, "A timer tick of {GrainId} failed; the next one comes all the same")]
    public partial void TimerFailed(GrainId grainId, Exception error);

    [LoggerMessage(1007, LogLevel.Error, "A request of {GrainId} failed outside of grain code")]
    public partial void RequestFailed(GrainId grainId, Exception error);

    [LoggerMessage(1008, LogLevel.Warning, "One-way call {Method} of {GrainId} failed; its caller does not know")]
    public partial void OneWayFailed(string method, GrainId grainId, Exception error);

    [LoggerMessage(1009, LogLevel.Warning, "{GrainId} did not end in time and is left behind")]
    public partial void LeftBehind(GrainId grainId);

    [LoggerMessage(1010, LogLevel.Warning, "Reminder {Name} of {GrainId} failed; it ticks again in {Period}")]
    public partial void ReminderFailed(string name, GrainId grainId, TimeSpan period, Exception error);

    [LoggerMessage(1011, LogLevel.Error, "Reminders could not be read; the next attempt is in {Wait}")]
    public partial void RemindersUnread(TimeSpan wait, Exception error);

    [LoggerMessage(1012, LogLevel.Error, "{Observer} failed while stopping at stage {Stage}")]
    public partial void StopFailed(string observer, int stage, Exception error);
}
