using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;

namespace DataGrid.Core.Sql;

/// <summary>A table that a query names and that is none of its own CTEs.</summary>
/// <param name="Catalog">The catalog part as written; empty when there is none.</param>
/// <param name="Schema">The schema part as written; empty when there is none.</param>
/// <param name="Name">The last part as written.</param>
/// <param name="Index">Where it stands, a UTF-16 index; null when the engine does not say.</param>
public sealed record SqlTableUse(string Catalog, string Schema, string Name, int? Index)
{
    /// <summary>The parts joined with dots, as people would write it.</summary>
    public string Text => string.Join('.', new[] { Catalog, Schema, Name }.Where(static part => part.Length > 0));

    /// <summary>The dataset that it can mean; null when it is not of the form <c>namespace.name</c>.</summary>
    public DatasetName? Dataset =>
        Catalog.Length == 0 && DatasetName.TryParse(Schema + "." + Name, out var name, out _) ? name : null;
}

/// <summary>Where a function is called.</summary>
public enum SqlFunctionPlace
{
    /// <summary>In an expression: a scalar function, an aggregate or a macro.</summary>
    Expression,
    /// <summary>With OVER.</summary>
    Window,
    /// <summary>In FROM.</summary>
    Table,
}

/// <summary>A function that a query calls. Operators count too, by their symbol.</summary>
/// <param name="Qualifier">Catalog and schema as written, joined with a dot; empty when there is none.</param>
/// <param name="Name">The name as written, operators as their symbol.</param>
/// <param name="Place">Where it is called.</param>
/// <param name="Index">Where it stands, a UTF-16 index; null when the engine does not say.</param>
public sealed record SqlFunctionUse(string Qualifier, string Name, SqlFunctionPlace Place, int? Index);

/// <summary>A column reference as written.</summary>
/// <param name="Parts">Its parts: <c>schema, table, column, field</c> as far as written.</param>
/// <param name="Index">Where it stands, a UTF-16 index; null when the engine does not say.</param>
public sealed record SqlColumnUse(ImmutableArray<string> Parts, int? Index);

/// <summary>A use of a parameter.</summary>
/// <param name="Name">The name without <c>$</c>; a number for <c>?</c> and <c>$1</c>.</param>
/// <param name="Index">Where it stands, a UTF-16 index; null when the engine does not say.</param>
public sealed record SqlParameterUse(string Name, int? Index);

/// <summary>Something in a tree that the reader does not know or that has no place in a dataset's SQL.</summary>
/// <param name="What">What it is, for people: <c>DESCRIBE</c>, <c>AT (VERSION …)</c>, <c>the node 'X'</c>.</param>
/// <param name="Index">Where it stands, a UTF-16 index; null when the engine does not say.</param>
public sealed record SqlOddity(string What, int? Index);

/// <summary>Why rows of new input alone do not give the new rows of the result.</summary>
/// <param name="What">The construct, for people: <c>an aggregate (sum)</c>, <c>DISTINCT</c>.</param>
/// <param name="Index">Where it stands, a UTF-16 index; null when the engine does not say.</param>
public sealed record SqlNonIncremental(string What, int? Index);

/// <summary>All that a query's parse tree says, read once.</summary>
public sealed record SqlReading
{
    /// <summary>How many statements the text holds.</summary>
    public required int StatementCount { get; init; }

    /// <summary>Tables named that are not CTEs of the query, one entry per place.</summary>
    public required ImmutableArray<SqlTableUse> Tables { get; init; }

    /// <summary>Functions called, one entry per place.</summary>
    public required ImmutableArray<SqlFunctionUse> Functions { get; init; }

    /// <summary>Columns referred to, one entry per place.</summary>
    public required ImmutableArray<SqlColumnUse> Columns { get; init; }

    /// <summary>Parameters used, one entry per place.</summary>
    public required ImmutableArray<SqlParameterUse> Parameters { get; init; }

    /// <summary>Places with a sample: TABLESAMPLE and USING SAMPLE. Null entries are places that the engine does not tell.</summary>
    public required ImmutableArray<int?> Samples { get; init; }

    /// <summary>Everything that the reader does not know: never empty silently.</summary>
    public required ImmutableArray<SqlOddity> Oddities { get; init; }

    /// <summary>The sum over all nodes of their squared nesting depth: what binding them costs.</summary>
    public required long NestingCost { get; init; }

    /// <summary>Names of the result's columns as far as they are written (aliases and plain columns); null for stars and unnamed expressions.</summary>
    public required ImmutableArray<string?> ColumnNames { get; init; }

    /// <summary>Whether the outermost query has an ORDER BY.</summary>
    public required bool IsOrdered { get; init; }

    /// <summary>The datasets that the query can mean, distinct, in the order of first mention.</summary>
    public ImmutableArray<DatasetName> Datasets => [.. Tables.Select(static use => use.Dataset).OfType<DatasetName>().Distinct()];

    /// <summary>The parameters' names, distinct, in the order of first use.</summary>
    public ImmutableArray<string> ParameterNames => [.. Parameters.Select(static use => use.Name).Distinct(StringComparer.OrdinalIgnoreCase)];
}
