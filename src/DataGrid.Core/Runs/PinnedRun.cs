using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;

namespace DataGrid.Core.Runs;

/// <summary>A table that a run will write, as it was when the run looked.</summary>
/// <param name="Table">Its version, columns and files.</param>
/// <param name="CursorFile">append: the name of its cursor file.</param>
/// <param name="Cursor">append: what the cursor file says.</param>
public sealed record PinnedHead(PinnedTable Table, string? CursorFile, IncrementalCursor? Cursor);

/// <summary>What a run reads and writes, as it was when the run started. Where runs outlive their silos it is durable before the first step, so that whoever goes on with
/// the run makes the same tasks: a result in the journal then stands for the same input.</summary>
public sealed record PinnedRun
{
    /// <summary>Which pins of the run these are, from 1; raised when a conflict makes steps be staged again. A plan of the same number was made from them.</summary>
    public required int Number { get; init; }

    /// <summary>External inputs: sources, views, and tables that this run does not make.</summary>
    public required PinnedInputs Inputs { get; init; }

    /// <summary>The tables that the run will write, and their quarantines, where they exist.</summary>
    public required ImmutableSortedDictionary<DatasetName, PinnedHead> Heads { get; init; }

    /// <summary>The generation of each selected step's stage. Results of other generations do not count.</summary>
    public required ImmutableSortedDictionary<DatasetName, int> Generations { get; init; }

    /// <summary>The next pins: some steps are made again on their tables as they are now.</summary>
    public PinnedRun Again(IEnumerable<DatasetName> steps, ImmutableSortedDictionary<DatasetName, PinnedHead> heads)
    {
        ArgumentNullException.ThrowIfNull(steps);
        return this with { Number = Number + 1, Heads = heads, Generations = Generations.SetItems(steps.Select(step => KeyValuePair.Create(step, Generations[step] + 1))) };
    }
}
