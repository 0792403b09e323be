using DataGrid.Storage.Mirror;

namespace DataGrid.Storage.Tests.Mirror;

public sealed class ByteRangesTests
{
    [Fact]
    public void Pieces_that_touch_overlap_or_lie_close_are_joined()
    {
        Assert.Equal([new(0, 30), new(50, 60)], ByteRanges.Of([new(20, 30), new(0, 10), new(10, 15), new(5, 20), new(50, 60), new(70, 70)]).Pieces.AsEnumerable());
        Assert.Equal([new(0, 60)], ByteRanges.Of([new(0, 30), new(50, 60)], gap: 20).Pieces.AsEnumerable());
    }

    [Fact]
    public void Sums_and_differences_agree_with_sets_of_bytes()
    {
        var chance = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            var (left, right) = (Some(chance), Some(chance));
            Assert.Equal(Set(left).Except(Set(right)).Order(), Set(left.Without(right)).Order());
            Assert.Equal(Set(left).Union(Set(right)).Order(), Set(left.With(right)).Order());
            Assert.Equal(Set(left).Count, left.Bytes);
        }
    }

    private static ByteRanges Some(Random chance) => ByteRanges.Of(Enumerable.Range(0, chance.Next(5)).Select(_ => chance.Next(40)).Select(start => new ByteRange(start, start + chance.Next(12))).ToList());

    private static HashSet<long> Set(ByteRanges ranges) => [.. ranges.Pieces.SelectMany(static piece => Enumerable.Range((int)piece.Start, (int)piece.Length).Select(static one => (long)one))];
}
