using System.Collections.Immutable;

namespace DataGrid.Storage.Mirror;

/// <summary>A piece of a file: from <paramref name="Start"/> up to, and without, <paramref name="End"/>.</summary>
/// <param name="Start">The first byte.</param>
/// <param name="End">The byte after the last.</param>
internal readonly record struct ByteRange(long Start, long End)
{
    public long Length => End - Start;
}

/// <summary>Pieces of a file that do not touch each other, in order.</summary>
internal sealed class ByteRanges
{
    public static ByteRanges None { get; } = new([]);

    private ByteRanges(ImmutableArray<ByteRange> pieces) => Pieces = pieces;

    public ImmutableArray<ByteRange> Pieces { get; }

    public long Bytes => Pieces.Sum(static piece => piece.Length);

    /// <summary>Orders pieces and joins those that touch, overlap, or lie closer together than <paramref name="gap"/>.</summary>
    public static ByteRanges Of(IEnumerable<ByteRange> pieces, long gap = 0)
    {
        var joined = ImmutableArray.CreateBuilder<ByteRange>();
        foreach (var piece in pieces.Where(static piece => piece.Length > 0).OrderBy(static piece => piece.Start))
        {
            if (joined.Count > 0 && piece.Start <= joined[^1].End + gap) joined[^1] = new ByteRange(joined[^1].Start, Math.Max(joined[^1].End, piece.End));
            else joined.Add(piece);
        }
        return new ByteRanges(joined.ToImmutable());
    }

    public ByteRanges With(ByteRanges others) => Of(Pieces.Concat(others.Pieces));

    /// <summary>What is here and not in <paramref name="others"/>.</summary>
    public ByteRanges Without(ByteRanges others)
    {
        var left = new List<ByteRange>();
        foreach (var piece in Pieces)
        {
            var start = piece.Start;
            foreach (var other in others.Pieces.Where(other => other.End > piece.Start && other.Start < piece.End))
            {
                if (other.Start > start) left.Add(new ByteRange(start, other.Start));
                start = Math.Max(start, other.End);
            }
            if (start < piece.End) left.Add(new ByteRange(start, piece.End));
        }
        return Of(left);
    }
}
