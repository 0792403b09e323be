using System.Collections.Immutable;
using System.Net;
using DataGrid.Runtime.Clustering;
using DataGrid.Runtime.Membership;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Clustering;

public sealed class MembershipJudgeTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ClusteringOptions Options = new();

    [Fact]
    public void Nobody_is_judged_while_all_renew_and_answer() => Assert.Null(Decide([Row(1), Row(2), Row(3)]).Change);

    [Fact]
    public void A_lease_that_ended_is_death()
    {
        var verdict = Decide([Row(1), Row(2) with { LeaseUntil = Now.AddSeconds(-1) }]);
        Assert.Equal(MembershipStatus.Dead, Assert.Single(verdict.Change!.Puts).Status);
        Assert.Equal(Silo(2), Assert.Single(verdict.Deaths).Silo);
    }

    [Fact]
    public void A_lease_that_ended_is_nothing_right_after_the_store_was_away() =>
        Assert.Null(Decide([Row(1), Row(2) with { LeaseUntil = Now.AddHours(-1) }], judgesLeases: false).Change);

    [Fact]
    public void One_suspicion_is_written_and_kills_nobody()
    {
        var verdict = Decide([Row(1), Row(2), Row(3)], silent: 2);
        var put = Assert.Single(verdict.Change!.Puts);
        Assert.Equal(MembershipStatus.Active, put.Status);
        Assert.Equal([new Suspicion(Silo(1), Now)], put.Suspicions.AsEnumerable());
        Assert.Empty(verdict.Deaths);
    }

    [Fact]
    public void A_suspicion_is_written_once() =>
        Assert.Null(Decide([Row(1), Row(2) with { Suspicions = [new Suspicion(Silo(1), Now.AddSeconds(-5))] }], silent: 2).Change);

    [Fact]
    public void The_second_suspicion_is_death()
    {
        var verdict = Decide([Row(1), Row(2) with { Suspicions = [new Suspicion(Silo(3), Now.AddSeconds(-5))] }, Row(3)], silent: 2);
        Assert.Equal(Silo(2), Assert.Single(verdict.Deaths).Silo);
    }

    [Fact]
    public void An_old_suspicion_or_that_of_a_dead_silo_does_not_count()
    {
        var old = new Suspicion(Silo(3), Now - Options.SuspicionAge - TimeSpan.FromSeconds(1));
        Assert.Empty(Decide([Row(1), Row(2) with { Suspicions = [old] }, Row(3)], silent: 2).Deaths);
        var dead = new Suspicion(Silo(3), Now);
        Assert.Empty(Decide([Row(1), Row(2) with { Suspicions = [dead] }, Row(3) with { Status = MembershipStatus.Dead }], silent: 2).Deaths);
    }

    [Fact]
    public void Nobody_judges_itself() => Assert.Null(Decide([Row(1) with { LeaseUntil = Now.AddHours(-1) }], silent: 1).Change);

    [Fact]
    public void A_silo_that_died_while_joining_or_stopping_is_cleared_away()
    {
        var rows = new[] { MembershipStatus.Joining, MembershipStatus.ShuttingDown }.Select((status, i) => Row(i + 2) with { Status = status, LeaseUntil = Now.AddSeconds(-1) });
        Assert.Equal(2, Decide([Row(1), .. rows]).Deaths.Length);
    }

    [Fact]
    public void Rows_of_the_long_dead_go_with_the_next_change()
    {
        var old = Row(4) with { Status = MembershipStatus.Dead, LeaseUntil = Now - Options.DeadRowRetention - TimeSpan.FromSeconds(1) };
        Assert.Equal([old.Address], Decide([Row(1), Row(2) with { LeaseUntil = Now.AddSeconds(-1) }, old]).Change!.Removes.AsEnumerable());
    }

    private static MembershipVerdict Decide(ImmutableArray<MembershipRow> rows, bool judgesLeases = true, int? silent = null) =>
        MembershipJudge.Decide(new MembershipTable(7, Now, rows), Silo(1), Options, silent is { } one ? new HashSet<SiloAddress> { Silo(one) } : [], judgesLeases);

    private static SiloAddress Silo(int number) => SiloAddress.New(IPAddress.Loopback, 11000 + number, 1);

    private static MembershipRow Row(int number) => new()
    {
        Address = Silo(number),
        SiloName = $"silo-{number}",
        Status = MembershipStatus.Active,
        ProductVersion = "1",
        MinWireVersion = 1,
        MaxWireVersion = 1,
        LeaseUntil = Now.AddSeconds(5),
    };
}
