using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Quality;
using DataGrid.Core.Pipelines;
using DataGrid.Core.Pipelines.Drafts;
using DataGrid.Core.Quality;
using DataGrid.Core.Sql;
using DataGrid.DuckDb;
using DataGrid.Engine.Binding;
using DataGrid.Engine.SqlGate;

namespace DataGrid.Engine.Projects;

/// <summary>Turns a model's checks into expressions over its columns. The model's result must be declared in the binder.</summary>
internal sealed class CheckCompiler(ScratchBinder binder, KnownColumns known, TypeOracle oracle, ProjectContext project, ProblemBag problems)
{
    /// <summary>Compiles all checks; those with mistakes are left out.</summary>
    /// <param name="model">The model.</param>
    /// <param name="columns">Its columns as stored.</param>
    /// <param name="usedParameters">Told what the checks use.</param>
    public ImmutableArray<CheckSpec> Compile(ModelDraft model, ImmutableArray<ColumnSpec> columns, ISet<string> usedParameters) =>
        [.. model.Checks.Select(check => Compile(model, columns, check, usedParameters)).OfType<CheckSpec>()];

    private CheckSpec? Compile(ModelDraft model, ImmutableArray<ColumnSpec> columns, CheckDraft check, ISet<string> usedParameters)
    {
        var found = check.Columns.Select(name => ModelColumns.Find(model, name, columns, problems)).ToList();
        if (found.Contains(null)) return null;
        var spec = new CheckSpec
        {
            Name = check.Name.Value,
            Kind = check.Kind,
            Otherwise = check.Otherwise.Value,
            Columns = [.. found.Select(static column => column!.Name)],
            MinRows = check.MinRows,
            MaxRows = check.MaxRows,
            Position = check.Name.Position,
        };
        return check.Kind switch
        {
            CheckKind.Predicate => Predicate(model, check, usedParameters) is { } sql ? spec with { Expression = sql } : null,
            CheckKind.NotNull => spec with { Expression = CheckExpressions.NotNull(spec.Columns) },
            CheckKind.Accepted => Accepted(model, check, found[0]!) is { } sql ? spec with { Expression = sql } : null,
            CheckKind.References => References(model, check, found[0]!) is { } column ? spec with { ReferencedDataset = check.ReferencedDataset!.Value.Value, ReferencedColumn = column } : null,
            CheckKind.Sql => Query(model, check, usedParameters) is { } sql ? spec with { Expression = sql } : null,
            _ => spec,
        };
    }

    private string? Predicate(ModelDraft model, CheckDraft check, ISet<string> usedParameters)
    {
        var source = ParsedModel.SourceOf(check);
        var binding = binder.BindPredicate(source, model.Name, project.Parameters.Types, needsLineage: false);
        return Passes(model, check, source, binding, usedParameters) ? source.Text : null;
    }

    private string? Query(ModelDraft model, CheckDraft check, ISet<string> usedParameters)
    {
        var source = ParsedModel.SourceOf(check);
        var binding = binder.Bind(new SqlBindRequest { Source = source, Purpose = SqlPurpose.Check, Datasets = project.Names, ParameterTypes = project.Parameters.Types, NeedsLineage = false });
        return Passes(model, check, source, binding, usedParameters) ? source.Text : null;
    }

    private bool Passes(ModelDraft model, CheckDraft check, SqlSource source, SqlBinding binding, ISet<string> usedParameters)
    {
        foreach (var problem in binding.Problems)
        {
            // Where YAML changed the text (escapes, folding), only its start is a place in the file.
            var placed = check.SqlIsVerbatim ? problem : problem with { Position = check.Sql!.Value.Position };
            problems.Add(placed with { Dataset = model.Name.ToString(), Excerpt = check.Sql!.Value.Source.Excerpt(new Spot(placed.Position?.Line ?? 0, placed.Position?.Column ?? 1)) });
        }
        project.Parameters.Use(binding.Reading, source, model, usedParameters, problems);
        return binding.Passes;
    }

    private string? Accepted(ModelDraft model, CheckDraft check, ColumnSpec column)
    {
        var wrong = oracle.NotOf(column.Type, [.. check.Values.Select(static value => value.Value)]);
        foreach (var value in check.Values.Where(value => wrong.Contains(value.Value)))
        {
            problems.Add(value.Problem(ErrorCodes.CheckInvalid, $"'{value.Value}' is not a value of '{column.Name}', which is {column.Type}", $"Write values of {column.Type}, or check another column.",
                model.Name.ToString()));
        }
        return wrong.Count > 0 ? null : CheckExpressions.Accepted(column, check.Values.Select(static value => value.Value));
    }

    private string? References(ModelDraft model, CheckDraft check, ColumnSpec column)
    {
        var target = check.ReferencedDataset!.Value;
        if (known.Find(target.Value) is not { } referenced)
        {
            problems.Add(target.Problem(ErrorCodes.DatasetUnknown, $"there is no dataset '{target.Value}'",
                Core.Pipelines.NearestName.Advice(target.Value.ToString(), [.. project.Names.Select(static name => name.ToString())], "Name a source or a model."), model.Name.ToString()));
            return null;
        }
        var found = referenced.FirstOrDefault(candidate => string.Equals(candidate.Name, check.ReferencedColumn, StringComparison.OrdinalIgnoreCase));
        if (found is null)
        {
            problems.Add(target.Problem(ErrorCodes.ColumnUnknown, $"{target.Value} has no column '{check.ReferencedColumn}'",
                Core.Pipelines.NearestName.Advice(check.ReferencedColumn ?? "", [.. referenced.Select(static candidate => candidate.Name)], "Name a column of it."), model.Name.ToString()));
            return null;
        }
        if (TypeFamilies.AreComparable(column.Type, found.Type)) return found.Name;
        problems.Add(target.Problem(ErrorCodes.CheckInvalid, $"'{column.Name}' is {column.Type} and {target.Value}.{found.Name} is {found.Type}: they cannot be compared",
            "Cast one of them in its model.", model.Name.ToString()));
        return null;
    }
}

/// <summary>The one place that writes row checks as SQL. An expression is true for a good row; one for which it is false or NULL fails.</summary>
internal static class CheckExpressions
{
    /// <summary>No column is NULL.</summary>
    public static string NotNull(IEnumerable<string> columns) => string.Join(" AND ", columns.Select(static column => $"{SqlText.QuoteIdentifier(column)} IS NOT NULL"));

    /// <summary>The column is NULL or one of the values, each of which is a text that can be cast to the column's type.</summary>
    public static string Accepted(ColumnSpec column, IEnumerable<string> values)
    {
        var name = SqlText.QuoteIdentifier(column.Name);
        var list = values.Select(value => column.Type == "VARCHAR" ? SqlText.QuoteLiteral(value) : $"CAST({SqlText.QuoteLiteral(value)} AS {column.Type})");
        return $"{name} IS NULL OR {name} IN ({string.Join(", ", list)})";
    }
}
