using System.Collections.Immutable;

namespace DataGrid.Core.Lineage;

/// <summary>What an operator of a plan gives: the sources of each of its columns, and of which rows there are.</summary>
/// <param name="Columns">One set per output column.</param>
/// <param name="Rows">What decides which rows there are: always indirect.</param>
internal sealed record PlanRelation(ImmutableArray<SourceSet> Columns, SourceSet Rows)
{
    public static PlanRelation Nothing { get; } = new([], SourceSet.Empty);

    /// <summary>Everything that this relation knows, to be safe.</summary>
    public SourceSet All => SourceSet.Union(Columns).Union(Rows);

    public PlanRelation WithRows(SourceSet more) => this with { Rows = Rows.Union(more) };

    /// <summary>Both relations side by side.</summary>
    public PlanRelation Beside(PlanRelation right) => new(Columns.AddRange(right.Columns), Rows.Union(right.Rows));

    /// <summary>Both relations one under the other, column by column.</summary>
    public PlanRelation Under(PlanRelation lower)
    {
        var builder = ImmutableArray.CreateBuilder<SourceSet>(Math.Max(Columns.Length, lower.Columns.Length));
        for (var i = 0; i < builder.Capacity; i++)
            builder.Add((i < Columns.Length ? Columns[i] : SourceSet.Empty).Union(i < lower.Columns.Length ? lower.Columns[i] : SourceSet.Empty));
        return new PlanRelation(builder.MoveToImmutable(), Rows.Union(lower.Rows));
    }

    /// <summary>Whether two relations say the same: sets only grow, so equal sizes are enough.</summary>
    public bool Says(PlanRelation other) =>
        Rows.Entries.Count() == other.Rows.Entries.Count()
        && Columns.Length == other.Columns.Length
        && Columns.Zip(other.Columns).All(static pair => pair.First.Entries.Count() == pair.Second.Entries.Count());
}
