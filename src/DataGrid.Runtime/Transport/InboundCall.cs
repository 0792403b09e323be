using DataGrid.Runtime.Clustering;
using Orleans.Runtime;

namespace DataGrid.Runtime.Transport;

/// <summary>A call of another silo, on this one. Its end is an answer on the connection that it came through.</summary>
internal sealed class InboundCall(Cluster cluster, InboundConnection? connection, GeneratedReference reference, InterfaceMethod method, object?[] arguments)
    : Call(reference, method, arguments)
{
    private int _ended;

    public int Hops { get; init; }

    public override bool IsEnded => Volatile.Read(ref _ended) != 0 || (Deadline != 0 && Reference.Silo.Time.GetTimestamp() > Deadline);

    public override void Succeed(Task finished) => SucceedWith(ResultOf(finished));

    public override void SucceedWith(object? result)
    {
        if (TryEnd())
            Answer(cluster.EncodeResult(this, result));
    }

    // A one-way call that is passed on has no answer.
    public override void SucceedRemotely(object? result) => TryEnd();

    public override object? ResultOf(Task finished) => Method.ResultOf(finished);

    /// <summary>The grain is elsewhere, and this call did not run.</summary>
    public void Redirect(SiloAddress owner)
    {
        if (TryEnd())
            Answer(cluster.EncodeElsewhere(this, owner));
    }

    /// <summary>Its caller waits no more.</summary>
    public void Cancel()
    {
        if (TryEnd())
            CancelCallee();
    }

    /// <summary>Its caller cannot be answered.</summary>
    public void Abandon() => TryEnd();

    protected override bool TryFail(Exception error)
    {
        if (!TryEnd())
            return false;
        Answer(cluster.EncodeError(this, error));
        return true;
    }

    protected override bool TryCancel(CancellationToken token) => false;

    private bool TryEnd() => Interlocked.Exchange(ref _ended, 1) == 0;

    private void Answer(OutgoingFrame frame)
    {
        if (Method.OneWay || connection is null)
            frame.Release();
        else
            connection.Respond(this, frame);
    }
}
