using System.Collections.Immutable;
using DataGrid.Contracts.Lineage;

namespace DataGrid.Core.Lineage;

/// <summary>A set of (source column, kind), kept as a sorted array of packed numbers so that unions are merges.</summary>
internal sealed class SourceSet
{
    private const int KindBits = 4;
    private const long KindMask = (1 << KindBits) - 1;

    private readonly long[] _keys;

    private SourceSet(long[] keys) => _keys = keys;

    public static SourceSet Empty { get; } = new([]);

    public bool IsEmpty => _keys.Length == 0;

    public static SourceSet Of(int column, LineageKind kind) => new([Pack(column, kind)]);

    public SourceSet Union(SourceSet other)
    {
        if (other._keys.Length == 0 || ReferenceEquals(this, other)) return this;
        if (_keys.Length == 0) return other;
        var merged = new long[_keys.Length + other._keys.Length];
        int left = 0, right = 0, count = 0;
        while (left < _keys.Length || right < other._keys.Length)
        {
            var takeLeft = right == other._keys.Length || (left < _keys.Length && _keys[left] <= other._keys[right]);
            var key = takeLeft ? _keys[left++] : other._keys[right++];
            if (count == 0 || merged[count - 1] != key) merged[count++] = key;
        }
        if (count == _keys.Length) return this;
        return new SourceSet(merged[..count]);
    }

    public static SourceSet Union(IEnumerable<SourceSet> sets) => sets.Aggregate(Empty, static (all, next) => all.Union(next));

    /// <summary>What becomes of it when a value is computed from it.</summary>
    public SourceSet Computed() => Map(static kind => kind == LineageKind.Identity ? LineageKind.Transformation : kind);

    /// <summary>What becomes of it when many values are computed into one.</summary>
    public SourceSet Aggregated() => Map(static kind => IsDirect(kind) ? LineageKind.Aggregation : kind);

    /// <summary>What becomes of it when it only decides about other values. What was indirect before keeps its kind.</summary>
    public SourceSet As(LineageKind indirect) => Map(kind => IsDirect(kind) ? indirect : kind);

    public IEnumerable<(int Column, LineageKind Kind)> Entries => _keys.Select(static key => ((int)(key >> KindBits), (LineageKind)(key & KindMask)));

    public ImmutableArray<LineageSource> ToSources(IReadOnlyList<ColumnRef> columns) =>
    [
        .. Entries.Select(entry => new LineageSource(columns[entry.Column], entry.Kind))
            .OrderBy(static source => source.Column.Dataset)
            .ThenBy(static source => source.Column.Column, StringComparer.Ordinal)
            .ThenBy(static source => source.Kind),
    ];

    private static bool IsDirect(LineageKind kind) => kind is LineageKind.Identity or LineageKind.Transformation or LineageKind.Aggregation;

    private static long Pack(int column, LineageKind kind) => ((long)column << KindBits) | (long)kind;

    private SourceSet Map(Func<LineageKind, LineageKind> change)
    {
        if (_keys.Length == 0) return this;
        var mapped = new long[_keys.Length];
        var isSame = true;
        for (var i = 0; i < _keys.Length; i++)
        {
            mapped[i] = (_keys[i] & ~KindMask) | (long)change((LineageKind)(_keys[i] & KindMask));
            isSame &= mapped[i] == _keys[i];
        }
        if (isSame) return this;
        Array.Sort(mapped);
        return new SourceSet([.. mapped.Distinct()]);
    }
}
