using System.Net;
using DataGrid.Runtime.Clustering;
using DataGrid.Runtime.Membership;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Clustering;

public sealed class ClusterViewTests
{
    private static readonly GrainId[] Grains = [.. Enumerable.Range(0, 3000).Select(i => GrainId.Create("stage", $"default/run-{i}/step/{i % 7}"))];

    [Fact]
    public void The_hash_of_a_grain_is_the_same_everywhere_and_forever() =>
        // A change of this number moves every grain when silos of both versions run side by side.
        Assert.Equal(9874357018873297993UL, ClusterView.HashOf(GrainId.Create("dataset", "default/sales.orders")));

    [Fact]
    public void Grains_are_spread_evenly()
    {
        var counts = Grains.GroupBy(grain => View(1, 2, 3, 4, 5).OwnerOf(ClusterView.HashOf(grain))!).Select(group => group.Count()).ToArray();
        Assert.Equal(5, counts.Length);
        Assert.All(counts, count => Assert.InRange(count, 480, 720));
    }

    [Fact]
    public void A_silo_that_goes_moves_its_own_grains_only()
    {
        var (all, fewer) = (View(1, 2, 3), View(1, 3));
        Assert.All(Grains, grain =>
        {
            var before = all.OwnerOf(ClusterView.HashOf(grain))!;
            if (before.Endpoint.Port != 11002)
                Assert.Equal(before, fewer.OwnerOf(ClusterView.HashOf(grain)));
        });
    }

    [Fact]
    public void Without_an_active_silo_a_grain_belongs_to_nobody() => Assert.Null(ClusterView.Empty.OwnerOf(1));

    [Fact]
    public void A_life_is_over_when_it_was_declared_dead_or_a_later_one_has_its_address()
    {
        var rows = View(1, 2, 3).Rows;
        var view = new ClusterView(2, rows.SetItem(0, rows[0] with { Status = MembershipStatus.Dead }));
        Assert.True(view.IsDead(SiloAddress.New(IPAddress.Loopback, 11001, 10)));
        Assert.False(view.IsDead(SiloAddress.New(IPAddress.Loopback, 11002, 20)));
        Assert.True(view.IsDead(SiloAddress.New(IPAddress.Loopback, 11002, 19)));
        Assert.False(view.IsDead(SiloAddress.New(IPAddress.Loopback, 11002, 21)));
        Assert.False(view.IsDead(SiloAddress.New(IPAddress.Loopback, 12000, 1)));
    }

    private static ClusterView View(params int[] silos) => new(1, [.. silos.Select(number => new MembershipRow
    {
        Address = SiloAddress.New(IPAddress.Loopback, 11000 + number, number * 10),
        SiloName = $"silo-{number}",
        Status = MembershipStatus.Active,
        ProductVersion = "1",
        MinWireVersion = 1,
        MaxWireVersion = 1,
    })]);
}
