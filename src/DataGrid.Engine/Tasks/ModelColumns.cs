using System.Globalization;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Datasets;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Output;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks;

/// <summary>Finds out which columns a model has and how they are written.</summary>
internal static class ModelColumns
{
    /// <exception cref="DataGridException">A column cannot be stored, or two have one name.</exception>
    public static IReadOnlyList<OutputColumn> Resolve(DuckDbConnection connection, ComposedSql model, StepSpec step, CancellationToken cancellation)
    {
        // What the compiler has promised to readers is what is written.
        var promised = step.Columns.ToLookup(c => c.Name, StringComparer.OrdinalIgnoreCase);
        var columns = Bind(connection, model, step, cancellation);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return [.. columns.Select(column =>
        {
            if (!names.Add(column.Name))
                throw Fail(step, ErrorCodes.SqlInvalid, $"two columns are called {column.Name}", "give one of them another name with AS");
            var promise = promised[column.Name].FirstOrDefault();
            return new OutputColumn(column.Name, column.Type.Sql, promise?.Type ?? Storable(column, step), promise?.Description);
        })];
    }

    private static string Storable(DuckDbColumn column, StepSpec step)
    {
        var mapping = StorableType.Map(column.Type.Sql);
        return mapping.Type ?? throw Fail(
            step,
            ErrorCodes.TypeUnsupported,
            $"the column {column.Name} is {column.Type}, {mapping.Why}",
            string.Format(CultureInfo.InvariantCulture, mapping.Advice ?? "Cast it.", SqlText.QuoteIdentifierIfNeeded(column.Name)));
    }

    /// <summary>Types of columns by name, from their texts.</summary>
    public static IReadOnlyDictionary<string, DuckDbLogicalType> Parse(DuckDbConnection connection, IEnumerable<(string Name, string Type)> columns)
    {
        using var statement = connection.Prepare($"SELECT {string.Join(", ", columns.Select(c => $"CAST(NULL AS {c.Type}) AS {SqlText.QuoteIdentifier(c.Name)}"))}");
        return statement.Columns.ToDictionary(c => c.Name, c => c.Type, StringComparer.OrdinalIgnoreCase);
    }

    private static IReadOnlyList<DuckDbColumn> Bind(DuckDbConnection connection, ComposedSql model, StepSpec step, CancellationToken cancellation)
    {
        try
        {
            using var statement = connection.Prepare(model.Text, cancellation);
            if (statement.ParameterCount == 0)
                return statement.Columns;
        }
        catch (DuckDbException e)
        {
            throw new StatementException(model, e);
        }
        // A parameter's type is known only when it is bound; the compiler has bound the columns with the declared ones.
        var types = Parse(connection, step.Columns.Select(c => (c.Name, c.Type)));
        return [.. step.Columns.Select(c => new DuckDbColumn(c.Name, types[c.Name]))];
    }

    private static DataGridException Fail(StepSpec step, string code, string message, string help) => new(new Problem
    {
        Code = code,
        Message = message,
        Help = help,
        Dataset = step.Name.ToString(),
        Position = new SourcePosition { File = step.File },
    });

    /// <summary>The columns as a table has them.</summary>
    public static ColumnSpec ToSpec(OutputColumn column) => new() { Name = column.Name, Type = column.StoredType, Description = column.Description };
}
