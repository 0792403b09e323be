using System.Collections.Concurrent;
using System.Net;
using DataGrid.Runtime.Membership;
using DataGrid.Runtime.Transport;
using DataGrid.Runtime.Wire;
using Orleans.Runtime;

namespace DataGrid.Runtime.Clustering;

/// <summary>
/// This silo among others: the view, whose a grain is, and the way there. Exists only where clustering is configured; a silo without it
/// has no trace of it.
/// </summary>
internal sealed partial class Cluster : IDisposable
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentDictionary<Call, bool> _retries = new();
    private readonly Lock _viewGate = new();
    private ClusterView _view = ClusterView.Empty;
    private TaskCompletionSource _viewChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Cluster(Silo silo, ClusteringOptions options, IMembershipStore store, ClusterLog log)
    {
        Silo = silo;
        Options = options;
        Log = log;
        Codecs = new CodecCatalog(silo);
        Transport = new ClusterTransport(this);
        Agent = new MembershipAgent(this, store);
        Stopped = _stopped.Token;
    }

    public Silo Silo { get; }

    public ClusteringOptions Options { get; }

    public ClusterLog Log { get; }

    public CodecCatalog Codecs { get; }

    public ClusterTransport Transport { get; }

    public MembershipAgent Agent { get; }

    /// <summary>Ends when the silo has left, or was declared dead.</summary>
    public CancellationToken Stopped { get; }

    /// <summary>This life of this silo; set when it joins.</summary>
    public SiloAddress Self { get; private set; } = SiloAddress.New(IPAddress.None, 0, 0);

    public ClusterView View => Volatile.Read(ref _view);

    /// <summary>For tests that stand between silos: where to connect instead.</summary>
    public Func<IPEndPoint, IPEndPoint?>? Redirect { get; set; }

    /// <summary>Completes at the next change of the view.</summary>
    public Task ViewChanged => Volatile.Read(ref _viewChanged).Task;

    /// <summary>The silo that a grain belongs to, if it is another one; null when it belongs here, or to nobody yet.</summary>
    public SiloAddress? ElsewhereOf(ulong grainHash) => View.OwnerOf(grainHash) is { } owner && !owner.Equals(Self) ? owner : null;

    public SiloAddress? ElsewhereOf(GrainId grain) => ElsewhereOf(ClusterView.HashOf(grain));

    /// <summary>Listens, and takes a place in the membership; holds no grains yet.</summary>
    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        var bound = Transport.Bind();
        var advertised = Options.AdvertisedEndpoint ?? bound;
        Self = await Agent.JoinAsync(advertised.Port == 0 ? new IPEndPoint(advertised.Address, bound.Port) : advertised, self => Self = self, cancellationToken);
        Transport.Accept();
        Agent.Start();
    }

    /// <summary>Leaves the membership, says what is still to say, and closes.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (!Stopped.IsCancellationRequested)
        {
            await Agent.LeaveAsync(cancellationToken);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Options.ConnectTimeout);
            await Transport.DrainAsync(limit.Token);
        }

        Close("The silo stopped.");
    }

    /// <summary>Ends all at once: what a killed process would do.</summary>
    public void Close(string reason)
    {
        _stopped.Cancel();
        Transport.Close(reason);
        foreach (var (call, _) in _retries)
            call.Fail(new SiloUnavailableException(reason));
        _retries.Clear();
    }

    /// <summary>Takes a newer view: breaks with who is gone, moves grains, tries calls again that waited for it.</summary>
    public void Apply(MembershipTable table)
    {
        ClusterView before;
        TaskCompletionSource changed;
        lock (_viewGate)
        {
            if (table.Version <= _view.Version)
                return;
            before = _view;
            Volatile.Write(ref _view, new ClusterView(table.Version, table.Rows));
            changed = Interlocked.Exchange(ref _viewChanged, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        Telemetry.MembershipChanges.Add(1);
        Log.ViewChanged(table.Version, string.Join(", ", table.Rows.Where(row => row.Status != MembershipStatus.Dead).Select(row => $"{row.SiloName} {row.Address} {row.Status}")));
        foreach (var row in before.Rows)
        {
            if (!row.Address.Equals(Self) && (table.Find(row.Address) is null or { Status: MembershipStatus.Dead }))
                Transport.Drop(row.Address, row.Status == MembershipStatus.ShuttingDown ? $"{row.Address} stopped." : $"{row.Address} was declared dead.");
        }

        // A silo that stops ends all its activations anyway, and says why.
        if (table.Find(Self) is { Status: MembershipStatus.Active })
            Silo.Catalog.LeaveMisplaced(ElsewhereOf);
        foreach (var (call, _) in _retries)
            Retry(call);
        Silo.Reminders.OnViewChanged();
        changed.TrySetResult();
    }

    /// <summary>The others have a newer view: read it now.</summary>
    public void OnNewerView(long version)
    {
        if (version > View.Version)
            Agent.Wake();
    }

    public void OnConnection(SiloAddress peer, int change, string? reason)
    {
        Telemetry.Connections.Add(change);
        if (change > 0)
            Log.Connected(peer);
        else if (!Stopped.IsCancellationRequested)
            Log.Disconnected(peer, reason ?? "the other side closed it");
    }

    public void OnUnreachable(SiloAddress peer, Exception error)
    {
        if (Stopped.IsCancellationRequested)
            return;
        Log.Unreachable(peer, error.Message);
        if (error is RefusedException { Code: RefusalCode.CallerIsDead })
            Agent.OnDeclaredDead($"{peer} refuses to talk: {error.Message}");
        else
            Agent.Wake();
    }

    public void Dispose()
    {
        Close("The silo stopped.");
        _stopped.Dispose();
    }

    private void RetryLater(Call call, string reason)
    {
        if (call.IsEnded)
            return;
        call.UnsentReason = reason;
        if (Stopped.IsCancellationRequested)
        {
            call.Fail(new SiloUnavailableException($"The silo stops, and {call.Method.ActivityName} of {call.Reference.GrainId} was never sent. {reason}"));
            return;
        }

        if (call.Method.OneWay && call.Deadline == 0)
            call.Deadline = Silo.Time.GetTimestamp() + (long)(Silo.Options.CallTimeout.TotalSeconds * Silo.Time.TimestampFrequency);
        if (call.Method.OneWay && Silo.Time.GetTimestamp() > call.Deadline)
        {
            Silo.Log.OneWayFailed(call.Method.ActivityName, call.Reference.GrainId, new SiloUnavailableException(reason));
            return;
        }

        Telemetry.Retries.Add(1);
        var delay = Options.RetryDelay * Math.Pow(2, Math.Min(call.Attempts++, 16));
        _retries[call] = true;
        _ = RetryAfterAsync(call, delay < Options.MaxRetryDelay ? delay : Options.MaxRetryDelay);
    }

    private async Task RetryAfterAsync(Call call, TimeSpan delay)
    {
        // Real time, whatever the silo's clock is: this is about the network.
        await Task.Delay(delay, CancellationToken.None).ConfigureAwait(false);
        Retry(call);
    }

    private void Retry(Call call)
    {
        if (_retries.TryRemove(call, out _) && !call.IsEnded)
            Silo.Calls.Receive(call);
    }
}
