using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Runtime.Membership;
using Orleans.Runtime;

namespace DataGrid.Runtime.Clustering;

/// <summary>
/// Who is a member, at one version. Each grain belongs to the active silo with the highest score of both their hashes, so that all silos
/// with the same view agree without asking, and a silo that comes or goes moves only its own share of the grains.
/// </summary>
internal sealed class ClusterView
{
    public static readonly ClusterView Empty = new(0, []);

    private readonly (SiloAddress Address, ulong Hash)[] _active;

    public ClusterView(long version, ImmutableArray<MembershipRow> rows)
    {
        Version = version;
        Rows = rows;
        // Without the generation: a silo that restarts at its address gets its grains back.
        _active = [.. rows.Where(row => row.Status == MembershipStatus.Active).OrderBy(row => row.Address)
            .Select(row => (row.Address, UniformHash.Of64(string.Create(CultureInfo.InvariantCulture, $"{row.Address.Endpoint}"))))];
    }

    public long Version { get; }

    /// <summary>All rows, those of dead silos too.</summary>
    public ImmutableArray<MembershipRow> Rows { get; }

    public IEnumerable<SiloAddress> Active => _active.Select(silo => silo.Address);

    public MembershipRow? Find(SiloAddress silo) => Rows.FirstOrDefault(row => row.Address.Equals(silo));

    /// <summary>Whether a life of a silo is over: its row says so, or a later life has its address. False for one without a row.</summary>
    public bool IsDead(SiloAddress silo) => Rows.Any(row => row.Address.Equals(silo)
        ? row.Status == MembershipStatus.Dead
        : row.Address.Endpoint.Equals(silo.Endpoint) && row.Address.Generation > silo.Generation);

    /// <summary>Whose a grain is; null when no silo is active.</summary>
    public SiloAddress? OwnerOf(ulong grainHash)
    {
        SiloAddress? owner = null;
        var best = 0UL;
        foreach (var (address, hash) in _active)
        {
            var score = UniformHash.Mix(grainHash ^ hash);
            if (owner is null || score > best)
                (owner, best) = (address, score);
        }

        return owner;
    }

    public static ulong HashOf(GrainId grain) => UniformHash.Of64(grain.Type.ToString(), grain.Key.ToString());
}
