using System.Collections.Immutable;
using DataGrid.Contracts.Lineage;

namespace DataGrid.Core.Lineage;

/// <summary>Where the columns of a query come from.</summary>
public sealed record QueryLineage
{
    /// <summary>The result's columns in order. Each lists its own sources and those in <see cref="RowSources"/>.</summary>
    public required ImmutableArray<ColumnLineage> Columns { get; init; }

    /// <summary>What decides which rows the result has (filters, joins, groups, order and limits): it acts on every column.</summary>
    public required ImmutableArray<LineageSource> RowSources { get; init; }

    /// <summary>False where some construct could not be resolved and all its inputs are listed to be safe.</summary>
    public bool IsExact => Columns.All(static column => column.IsExact);

    /// <summary>What could not be resolved, for people; empty when everything was.</summary>
    public ImmutableArray<string> Unresolved { get; init; } = [];

    /// <summary>The lineage of a query of which nothing is known but what it reads: every column comes from every column.</summary>
    /// <param name="columns">The result's columns.</param>
    /// <param name="sources">All columns of everything that is read.</param>
    /// <param name="why">What could not be resolved.</param>
    public static QueryLineage Unknown(IEnumerable<string> columns, IEnumerable<ColumnRef> sources, string why)
    {
        ImmutableArray<LineageSource> all =
        [
            .. sources.Distinct().Order(ColumnRefOrder.Instance).SelectMany(static column => new[]
            {
                new LineageSource(column, LineageKind.Transformation), new LineageSource(column, LineageKind.Filter),
            }),
        ];
        return new QueryLineage
        {
            Columns = [.. columns.Select(name => new ColumnLineage { Column = name, Sources = all, IsExact = false })],
            RowSources = [.. all.Where(static source => !source.IsDirect)],
            Unresolved = [why],
        };
    }
}

/// <summary>Orders columns by dataset, then by name.</summary>
public sealed class ColumnRefOrder : IComparer<ColumnRef>
{
    /// <summary>The only instance.</summary>
    public static ColumnRefOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(ColumnRef x, ColumnRef y)
    {
        var byDataset = x.Dataset.CompareTo(y.Dataset);
        return byDataset != 0 ? byDataset : string.CompareOrdinal(x.Column, y.Column);
    }
}
