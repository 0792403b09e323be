using DataGrid.Engine.Tasks.Checks;

namespace DataGrid.Engine.Tests.Tasks.Checks;

public sealed class RepeatedHashesTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(255, 1)]
    [InlineData(5_000, 40)]
    [InlineData(300_000, 3)]
    public void Those_that_come_again_are_found_and_no_others(int count, int again)
    {
        var random = new Random(count);
        var hashes = Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue)).Distinct().ToList();
        var repeated = hashes.Take(again).ToList();
        var all = hashes.Concat(repeated).Concat(repeated.Take(1)).ToArray();
        random.Shuffle(all);
        // Fewer and more are expected than come.
        foreach (var expected in new[] { 0, all.Length, all.Length * 10 })
        {
            var found = new RepeatedHashes(expected);
            foreach (var chunk in all.Chunk(2_048)) found.Add(chunk);
            Assert.Equal(repeated.Order(), found.Find(int.MaxValue)!.Order());
            Assert.Equal(repeated.Order(), found.Find(int.MaxValue, threads: 3)!.Order());
        }
    }

    [Fact]
    public void Zero_is_a_hash_like_any_other_and_hashes_that_differ_in_few_bits_are_told_apart()
    {
        var found = new RepeatedHashes(100);
        found.Add([0, 1, 2, ulong.MaxValue, ulong.MaxValue - 1, 1UL << 63]);
        Assert.Empty(found.Find(10)!);
        found.Add([0, ulong.MaxValue, 0]);
        Assert.Equal(new ulong[] { 0, ulong.MaxValue }, found.Find(10)!.Order());
    }

    [Fact]
    public void Too_many_are_not_listed()
    {
        // Many parts, so that no thread alone sees too many.
        var found = new RepeatedHashes(1_000_000);
        var hashes = Enumerable.Range(1, 1_000).Select(static i => (ulong)i * 0x9E3779B97F4A7C15).ToArray();
        found.Add(hashes);
        found.Add(hashes);
        Assert.Null(found.Find(999));
        Assert.Null(found.Find(999, threads: 4));
        Assert.Equal(1_000, found.Find(1_000, threads: 4)!.Count);
        Assert.Equal(1_000, found.Find(1_000)!.Count);
    }
}
