using System.Diagnostics.CodeAnalysis;
using System.Net;
using DataGrid.Runtime.Membership;
using Orleans.Runtime;

namespace DataGrid.Runtime.Clustering;

/// <summary>
/// Keeps this silo's place among the members and looks after the others. Invariants: only the store's clock says whether a lease has ended;
/// nobody is judged before the store could be read without a gap for a whole lease, so that an outage of the store kills no silo;
/// a silo that reads that it is dead stops at once and never comes back under the same generation.
/// </summary>
internal sealed class MembershipAgent(Cluster cluster, IMembershipStore store)
{
    private static readonly DateTimeOffset FirstGeneration = new(2022, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ProbeRound _probes = new(cluster);
    private Task _loop = Task.CompletedTask;
    private long? _readableSince;
    private long _lastRead;
    private long _awaySince;
    private int _dead;
    private volatile bool _leaving;
    private volatile bool _waiting;
    private long _ticks;

    /// <summary>How often the agent has looked after the membership.</summary>
    public long Ticks => Volatile.Read(ref _ticks);

    /// <summary>Whether the agent waits for its next look; from then on its clock may move.</summary>
    public bool IsWaiting => _waiting;

    public ProbeRound Probes => _probes;

    private ClusteringOptions Options => cluster.Options;

    private TimeProvider Time => cluster.Silo.Time;

    /// <summary>Puts a row for this life into the table. An earlier life at the same address is over with it.</summary>
    /// <param name="endpoint">Where others reach this silo.</param>
    /// <param name="onAddress">Told the address before others can read it.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    public async Task<SiloAddress> JoinAsync(IPEndPoint endpoint, Action<SiloAddress> onAddress, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cluster.Stopped);
        using var patience = cluster.Silo.Limit(Options.JoinTimeout);
        await using var ended = patience.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), limit);
        Exception? last = null;
        while (true)
        {
            try
            {
                var table = await OnStoreAsync(store.ReadAsync, limit.Token);
                RequireCommonVersion(table);
                var self = SiloAddress.New(endpoint, NextGeneration(table, endpoint));
                onAddress(self);
                var change = new MembershipChange { Puts = [Row(self), .. EarlierLives(table, self)], Lease = Options.LeaseDuration };
                if (await OnStoreAsync(token => store.TryCommitAsync(table.Version, change, token), limit.Token))
                {
                    await ReadAsync(limit.Token);
                    cluster.Log.Joined(cluster.Silo.Options.SiloName, self);
                    return self;
                }
            }
            catch (Exception error) when (error is not OrleansConfigurationException && !limit.IsCancellationRequested)
            {
                last = error;
                await Task.Delay(Options.RetryDelay, Time, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new OrleansConfigurationException($"The cluster could not be joined within {Options.JoinTimeout}: {last?.Message ?? "the membership store does not answer."}", last!);
            }
        }
    }

    /// <summary>Begins to renew the lease.</summary>
    public void Start()
    {
        _lastRead = Time.GetTimestamp();
        _loop = Task.Run(LoopAsync, CancellationToken.None);
    }

    /// <summary>Makes the agent look now.</summary>
    public void Wake() => Volatile.Read(ref _wake).TrySetResult();

    /// <summary>Says that this silo holds grains from now on; waits for a store that is away.</summary>
    public async Task BecomeActiveAsync(CancellationToken cancellationToken)
    {
        var since = Time.GetTimestamp();
        while (true)
        {
            try
            {
                await SetStatusAsync(MembershipStatus.Active, cancellationToken);
                return;
            }
            catch (Exception error) when (error is not OrleansConfigurationException && !cancellationToken.IsCancellationRequested && Time.GetElapsedTime(since) < Options.JoinTimeout)
            {
                await Task.Delay(Options.RetryDelay, Time, cancellationToken);
            }
        }
    }

    /// <summary>Says that this silo hands its grains over, if the store hears it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A silo that cannot say that it stops, stops: its lease ends.")]
    public async Task BeginLeavingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SetStatusAsync(MembershipStatus.ShuttingDown, cancellationToken);
        }
        catch (Exception error)
        {
            cluster.Log.LeaveFailed(error.Message);
        }
    }

    /// <summary>Takes this silo's row away.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A silo that cannot say that it leaves, leaves: its lease ends.")]
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        _leaving = true;
        try
        {
            using var limit = cluster.Silo.Limit(Options.StoreTimeout);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await ChangeAsync(table => table.Find(cluster.Self) is null ? null : new MembershipChange { Removes = [cluster.Self] }, both.Token);
            cluster.Log.Left(cluster.Self);
        }
        catch (Exception error)
        {
            cluster.Log.LeaveFailed(error.Message);
        }
    }

    /// <summary>The others say that this silo is dead.</summary>
    public void OnDeclaredDead(string reason)
    {
        if (_leaving || cluster.Stopped.IsCancellationRequested || Interlocked.Exchange(ref _dead, 1) != 0)
            return;
        cluster.Log.DeclaredDead(cluster.Self, reason);
        cluster.Silo.OnDeclaredDead(new SiloDeclaredDead(cluster.Self, reason));
    }

    private static int NextGeneration(MembershipTable table, IPEndPoint endpoint)
    {
        // By the store's clock, and after every earlier life whatever the clock did.
        var now = (int)(table.Now - FirstGeneration).TotalSeconds;
        var last = table.Rows.Where(row => row.Address.Endpoint.Equals(endpoint)).Max(row => (int?)row.Address.Generation);
        return last is null ? now : Math.Max(now, last.Value + 1);
    }

    private static IEnumerable<MembershipRow> EarlierLives(MembershipTable table, SiloAddress self) =>
        from row in table.Rows
        where row.Address.Endpoint.Equals(self.Endpoint) && row.Status != MembershipStatus.Dead
        select row with { Status = MembershipStatus.Dead };

    private MembershipRow Row(SiloAddress self) => new()
    {
        Address = self,
        SiloName = cluster.Silo.Options.SiloName,
        Status = MembershipStatus.Joining,
        GatewayAddress = Options.GatewayAddress,
        ProductVersion = Options.ProductVersion,
        MinWireVersion = Options.WireVersions.Min,
        MaxWireVersion = Options.WireVersions.Max,
    };

    private void RequireCommonVersion(MembershipTable table)
    {
        var other = table.Rows.FirstOrDefault(row => row.Status == MembershipStatus.Active && row.LeaseUntil > table.Now
            && Transport.Handshake.Common(Options.WireVersions, (row.MinWireVersion, row.MaxWireVersion)) is null);
        if (other is not null)
        {
            throw new OrleansConfigurationException(
                $"This silo speaks versions {Options.WireVersions.Min} to {Options.WireVersions.Max} of the wire protocol, {other.SiloName} ({other.Address}, {other.ProductVersion}) {other.MinWireVersion} to {other.MaxWireVersion}: upgrade the cluster through a release that speaks both.");
        }
    }

    private async Task<T> OnStoreAsync<T>(Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        var patience = Options.StoreTimeout < Options.LeaseDuration / 2 ? Options.StoreTimeout : Options.LeaseDuration / 2;
        using var limit = cluster.Silo.Limit(patience);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await operation(both.Token).WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"The membership store did not answer within {patience}.");
        }
    }

    private async Task<MembershipTable> ReadAsync(CancellationToken cancellationToken)
    {
        var table = await OnStoreAsync(store.ReadAsync, cancellationToken);
        cluster.Apply(table);
        return table;
    }

    private Task SetStatusAsync(MembershipStatus status, CancellationToken cancellationToken) => ChangeAsync(
        table => table.Find(cluster.Self) is not { Status: not MembershipStatus.Dead } row
            ? throw new OrleansConfigurationException($"{cluster.Self} is no member any more: another silo took its address, or it started too slowly.")
            : row.Status < status ? new MembershipChange { Puts = [row with { Status = status }] } : null,
        cancellationToken);

    /// <summary>Changes the view until the change is taken or there is none to make.</summary>
    private async Task ChangeAsync(Func<MembershipTable, MembershipChange?> decide, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var table = await ReadAsync(cancellationToken);
            if (decide(table) is not { } change)
                return;
            if (await OnStoreAsync(token => store.TryCommitAsync(table.Version, change, token), cancellationToken))
            {
                cluster.Transport.Announce((await ReadAsync(cancellationToken)).Version);
                return;
            }
        }
    }

    private async Task LoopAsync()
    {
        while (!cluster.Stopped.IsCancellationRequested)
        {
            var wait = _wake.Task.WaitAsync(Options.HeartbeatPeriod, Time, cluster.Stopped);
            _waiting = true;
            await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _waiting = false;
            if (_wake.Task.IsCompleted)
                Volatile.Write(ref _wake, new(TaskCreationOptions.RunContinuationsAsynchronously));
            if (!cluster.Stopped.IsCancellationRequested)
                await TickAsync();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Nothing may end the loop that keeps this silo alive.")]
    private async Task TickAsync()
    {
        try
        {
            var table = await OnStoreAsync(token => store.HeartbeatAsync(cluster.Self, Options.LeaseDuration, token), cluster.Stopped);
            OnRead();
            if (table.Find(cluster.Self) is not { } own)
                OnDeclaredDead("Its row is gone from the membership table.");
            else if (own.Status == MembershipStatus.Dead)
                OnDeclaredDead(Reason(table, own));
            else
                await LookAsync(table);
        }
        catch (Exception error)
        {
            if (!cluster.Stopped.IsCancellationRequested)
                OnAway(error);
        }
        finally
        {
            Interlocked.Increment(ref _ticks);
        }
    }

    private async Task LookAsync(MembershipTable table)
    {
        cluster.Apply(table);
        var verdict = MembershipJudge.Decide(table, cluster.Self, Options, _probes.Step(table), MayJudgeLeases());
        if (verdict.Change is not { } change)
            return;
        if (!await OnStoreAsync(token => store.TryCommitAsync(table.Version, change, token), cluster.Stopped))
            return;
        foreach (var (silo, reason) in verdict.Deaths)
            cluster.Log.DeclaredOtherDead(silo, reason);
        foreach (var silo in verdict.Suspects)
            cluster.Log.Suspected(silo);
        cluster.Transport.Announce((await ReadAsync(cluster.Stopped)).Version);
    }

    private static string Reason(MembershipTable table, MembershipRow own) =>
        table.Rows.FirstOrDefault(row => row.Address.Endpoint.Equals(own.Address.Endpoint) && row.Address.Generation > own.Address.Generation) is { } newer
            ? $"{newer.SiloName} started at the same address as generation {newer.Address.Generation}, and the newer one wins. Two silos need two addresses."
            : own.Suspicions.Length > 0
                ? $"{string.Join(" and ", own.Suspicions.Select(s => s.By))} could not reach it. The process was paused, or the network between them broke."
                : "It did not renew its lease in time. The process was paused, or it alone could not reach the membership store.";

    private bool MayJudgeLeases() => _readableSince is { } since && Time.GetElapsedTime(since) >= Options.LeaseDuration;

    private void OnRead()
    {
        // A gap, whoever made it, may have kept the others from renewing as well: they get a whole lease to do it.
        if (_readableSince is null || Time.GetElapsedTime(_lastRead) > Options.LeaseDuration / 2)
            _readableSince = Time.GetTimestamp();
        _lastRead = Time.GetTimestamp();
        if (_awaySince == 0)
            return;
        cluster.Log.StoreBack(Time.GetElapsedTime(_awaySince));
        _awaySince = 0;
    }

    private void OnAway(Exception error)
    {
        _readableSince = null;
        if (_awaySince != 0)
            return;
        _awaySince = Time.GetTimestamp();
        cluster.Log.StoreAway(error.Message);
    }
}
