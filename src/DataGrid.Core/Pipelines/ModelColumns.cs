using System.Collections.Immutable;
using System.Text;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Pipelines.Drafts;

namespace DataGrid.Core.Pipelines;

/// <summary>Holds what a model's header says about columns against the columns that its SQL has.</summary>
public static class ModelColumns
{
    /// <summary>Characters that a table's column cannot have: engines that read it refuse them.</summary>
    private const string Forbidden = " ,;{}()\n\t=";

    /// <summary>The columns with the header's descriptions.</summary>
    public static ImmutableArray<ColumnSpec> Describe(ModelDraft model, ImmutableArray<ColumnSpec> columns, ProblemBag problems)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Columns.IsEmpty) return columns;
        var described = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var column in model.Columns)
            if (Find(model, column.Name, columns, problems) is { } found) described[found.Name] = column.Description;
        return [.. columns.Select(column => described.TryGetValue(column.Name, out var text) ? column with { Description = text } : column)];
    }

    /// <summary>Reports partition and key columns that do not exist or cannot be used.</summary>
    public static void Check(ModelDraft model, ImmutableArray<ColumnSpec> columns, ProblemBag problems)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(problems);
        foreach (var name in model.PartitionBy)
        {
            if (Find(model, name, columns, problems) is { } column && (IsNested(column.Type) || column.Type == "BLOB"))
                problems.Add(name.Problem(ErrorCodes.TypeUnsupported, $"'{column.Name}' is {column.Type}, which cannot name a folder", "Partition by a number, text, date or timestamp.", model.Name.ToString()));
        }
        if (model.PartitionBy.Length > 0 && model.PartitionBy.Length >= columns.Length)
            problems.Add(model.PartitionBy[^1].Problem(ErrorCodes.SpecInvalid, "no column is left beside those of 'partition_by'", "Partition by fewer columns.", model.Name.ToString()));
        foreach (var name in model.Keys)
        {
            if (Find(model, name, columns, problems) is { } column && IsNested(column.Type))
                problems.Add(name.Problem(ErrorCodes.TypeUnsupported, $"'{column.Name}' is {column.Type}, which cannot be a key", "Use columns of plain types.", model.Name.ToString()));
        }
    }

    /// <summary>The column of this name; null, with a problem, when there is none.</summary>
    public static ColumnSpec? Find(ModelDraft model, Located<string> name, ImmutableArray<ColumnSpec> columns, ProblemBag problems)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(problems);
        foreach (var column in columns)
            if (string.Equals(column.Name, name.Value, StringComparison.OrdinalIgnoreCase)) return column;
        problems.Add(name.Problem(ErrorCodes.ColumnUnknown, $"{model.Name} has no column '{name.Value}'",
            NearestName.Advice(name.Value, [.. columns.Select(static column => column.Name)], "Name a column of the SELECT."), model.Name.ToString()));
        return null;
    }

    /// <summary>Names as the result spells them; those that do not exist are left out.</summary>
    public static ImmutableArray<string> Spelt(ImmutableArray<Located<string>> names, ImmutableArray<ColumnSpec> columns) =>
        [.. names.Select(name => columns.FirstOrDefault(column => string.Equals(column.Name, name.Value, StringComparison.OrdinalIgnoreCase))?.Name).OfType<string>()];

    /// <summary>Why a stored column cannot have this name, to be read after <c>the column 'x' </c>; null when it can.</summary>
    public static string? NameProblem(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > 255) return "has a name of more than 255 characters";
        return name.Any(static c => Forbidden.Contains(c, StringComparison.Ordinal) || char.IsControl(c)) ? "has a name that tables cannot have: no spaces and none of , ; { } ( ) =" : null;
    }

    /// <summary>A name like this one that a stored column can have.</summary>
    public static string Suggest(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var made = new StringBuilder();
        foreach (var c in name)
            if (char.IsAsciiLetterOrDigit(c)) made.Append(char.ToLowerInvariant(c));
            else if (made.Length > 0 && made[^1] != '_') made.Append('_');
        var text = made.ToString().Trim('_');
        return text.Length == 0 || !char.IsAsciiLetter(text[0]) ? "value" : text[..Math.Min(text.Length, 40)];
    }

    private static bool IsNested(string type) => type.EndsWith(']') || type.StartsWith("STRUCT(", StringComparison.Ordinal) || type.StartsWith("MAP(", StringComparison.Ordinal)
        || type.StartsWith("UNION(", StringComparison.Ordinal);
}
