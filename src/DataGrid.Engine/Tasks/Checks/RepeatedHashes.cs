using System.Numerics;

namespace DataGrid.Engine.Tasks.Checks;

/// <summary>
/// Collects 64-bit hashes and finds those that came more than once: eight bytes a row, sorted into parts that fit a processor's cache. For three million
/// rows this takes a tenth of the engine's grouping, which must be able to hold any key and to spill.
/// </summary>
internal sealed class RepeatedHashes
{
    private const int BlockBits = 8;
    private const int BlockLength = 1 << BlockBits;
    private const int PartLength = 1 << 13;
    private const int MostPartBits = 14;
    private const int LeastPartsPerThread = 16;
    private const ulong Mixer = 0x9E3779B97F4A7C15;

    private readonly int _partBits;
    private readonly int[] _next;
    private ulong[] _hashes;
    private int[] _previousBlock;
    private int _blocks;

    /// <param name="expected">About how many hashes will come.</param>
    public RepeatedHashes(long expected)
    {
        _partBits = Math.Min(MostPartBits, BitOperations.Log2((ulong)Math.Max(1, expected / PartLength)) + 1);
        _next = new int[1 << _partBits];
        var blocks = checked((int)(expected / BlockLength)) + _next.Length;
        _hashes = GC.AllocateUninitializedArray<ulong>(blocks * BlockLength);
        _previousBlock = new int[blocks];
    }

    /// <summary>Takes hashes in.</summary>
    public void Add(ReadOnlySpan<ulong> hashes)
    {
        var shift = 64 - _partBits;
        foreach (var hash in hashes)
        {
            var part = (int)(hash * Mixer >> shift);
            var place = _next[part];
            // A full block ends where the next one begins; 0 is a part without a block.
            if ((place & (BlockLength - 1)) == 0)
                place = NewBlock(place);
            _hashes[place] = hash;
            _next[part] = place + 1;
        }
    }

    /// <summary>The hashes that came more than once, each one time. Parts share no hash, so several threads look at once.</summary>
    /// <param name="most">When there are more of them, null: then the caller is better off without.</param>
    /// <param name="threads">How many threads look.</param>
    public IReadOnlyCollection<ulong>? Find(int most, int threads = 1)
    {
        // A thread is worth its start when it has some parts to look at.
        threads = Math.Clamp(_next.Length / LeastPartsPerThread, 1, threads);
        if (threads == 1)
            return FindInParts(0, 1, most);
        var found = new HashSet<ulong>?[threads];
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => found[i] = FindInParts(i, threads, most));
        var all = new HashSet<ulong>();
        foreach (var some in found)
        {
            if (some is null || all.Count + some.Count > most)
                return null;
            all.UnionWith(some);
        }
        return all;
    }

    /// <summary>What is repeated in every <paramref name="step"/>th part from the one at <paramref name="first"/>; null when it is too much.</summary>
    private HashSet<ulong>? FindInParts(int first, int step, int most)
    {
        var repeated = new HashSet<ulong>();
        var seen = Array.Empty<ulong>();
        for (var part = first; part < _next.Length; part += step)
        {
            var next = _next[part];
            if (next == 0)
                continue;
            var slots = (int)BitOperations.RoundUpToPowerOf2((uint)Count(next) * 2);
            if (seen.Length < slots)
                seen = new ulong[slots];
            FindInPart(next, seen.AsSpan(0, slots), repeated);
            if (repeated.Count > most)
                return null;
        }
        return repeated;
    }

    private int NewBlock(int place)
    {
        if (_blocks == _previousBlock.Length)
        {
            Array.Resize(ref _previousBlock, checked(_blocks * 2));
            Array.Resize(ref _hashes, checked(_previousBlock.Length * BlockLength));
        }
        _previousBlock[_blocks] = (place - 1) >> BlockBits;
        return _blocks++ << BlockBits;
    }

    private int Count(int next)
    {
        var count = 0;
        for (var (block, end) = ((next - 1) >> BlockBits, next); block >= 0; block = _previousBlock[block], end = (block + 1) << BlockBits)
            count += end - (block << BlockBits);
        return count;
    }

    private void FindInPart(int next, Span<ulong> seen, HashSet<ulong> repeated)
    {
        seen.Clear();
        // The table's empty slots are 0, so the hash 0 is counted beside it.
        var sawZero = false;
        var mask = seen.Length - 1;
        for (var (block, end) = ((next - 1) >> BlockBits, next); block >= 0; block = _previousBlock[block], end = (block + 1) << BlockBits)
        {
            foreach (var hash in _hashes.AsSpan((block << BlockBits)..end))
            {
                if (hash == 0)
                {
                    if (sawZero)
                        repeated.Add(0);
                    sawZero = true;
                    continue;
                }
                var slot = (int)(hash * Mixer >> 20) & mask;
                while (seen[slot] != 0 && seen[slot] != hash)
                    slot = (slot + 1) & mask;
                if (seen[slot] == hash)
                    repeated.Add(hash);
                seen[slot] = hash;
            }
        }
    }
}
