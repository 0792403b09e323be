using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace DataGrid.Runtime.Clustering;

/// <summary>What the cluster says, event ids 1100 to 1199.</summary>
internal sealed partial class ClusterLog(ILogger<Silo> logger)
{
    [LoggerMessage(1100, LogLevel.Information, "Membership version {Version}: {Members}")]
    public partial void ViewChanged(long version, string members);

    [LoggerMessage(1101, LogLevel.Information, "{Name} joined as {Silo}")]
    public partial void Joined(string name, SiloAddress silo);

    [LoggerMessage(1102, LogLevel.Information, "{Silo} left")]
    public partial void Left(SiloAddress silo);

    [LoggerMessage(1103, LogLevel.Warning, "{Silo} was declared dead: {Reason}")]
    public partial void DeclaredOtherDead(SiloAddress silo, string reason);

    [LoggerMessage(1104, LogLevel.Critical, "This silo, {Silo}, was declared dead and stops at once: {Reason}")]
    public partial void DeclaredDead(SiloAddress silo, string reason);

    [LoggerMessage(1105, LogLevel.Warning, "The membership store does not answer; the silo keeps its last view, and nobody is declared dead meanwhile: {Error}")]
    public partial void StoreAway(string error);

    [LoggerMessage(1106, LogLevel.Information, "The membership store answers again after {Elapsed}")]
    public partial void StoreBack(TimeSpan elapsed);

    [LoggerMessage(1107, LogLevel.Warning, "{Silo} does not answer probes, and is suspected")]
    public partial void Suspected(SiloAddress silo);

    [LoggerMessage(1108, LogLevel.Debug, "Connected with {Silo}")]
    public partial void Connected(SiloAddress silo);

    [LoggerMessage(1109, LogLevel.Debug, "Disconnected from {Silo}: {Reason}")]
    public partial void Disconnected(SiloAddress silo, string reason);

    [LoggerMessage(1110, LogLevel.Warning, "{Silo} cannot be reached: {Reason}")]
    public partial void Unreachable(SiloAddress silo, string reason);

    [LoggerMessage(1111, LogLevel.Warning, "{Name} {Silo} was refused: {Reason}")]
    public partial void Refused(string name, SiloAddress silo, string reason);

    [LoggerMessage(1112, LogLevel.Warning, "Somebody connected who is no silo of this cluster: {Reason}")]
    public partial void HandshakeFailed(string reason);

    [LoggerMessage(1113, LogLevel.Error, "A connection could not be accepted")]
    public partial void AcceptFailed(Exception error);

    [LoggerMessage(1114, LogLevel.Error, "Frame {Number} of {Silo} came twice and was dropped")]
    public partial void FrameTwice(SiloAddress silo, ulong number);

    [LoggerMessage(1115, LogLevel.Error, "The membership could not be left; the others will miss this silo when its lease ends: {Error}")]
    public partial void LeaveFailed(string error);

    [LoggerMessage(1116, LogLevel.Error, "The membership was not looked after this time")]
    public partial void TickFailed(Exception error);
}
