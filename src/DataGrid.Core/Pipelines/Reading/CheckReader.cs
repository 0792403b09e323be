using System.Collections.Immutable;
using System.Text;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Quality;
using DataGrid.Core.Pipelines.Drafts;
using DataGrid.Core.Pipelines.Keys;

namespace DataGrid.Core.Pipelines.Reading;

/// <summary>Reads one item of <c>expect</c>.</summary>
internal static class CheckReader
{
    private const int MaxNameLength = 100;

    /// <param name="context">The file.</param>
    /// <param name="reader">The item.</param>
    /// <param name="names">Names that are taken, with their lines; the check's is added.</param>
    public static CheckDraft? Read(ReadContext context, ObjectReader reader, Dictionary<string, int> names)
    {
        var given = ModelShapes.Check.ExactlyOneOf.Where(reader.Has).ToList();
        var that = Sql(context, reader, "that");
        var notNull = ModelReader.Distinct(context, "not_null", reader.Texts("not_null"));
        var unique = ModelReader.Distinct(context, "unique", reader.Texts("unique"));
        var query = Sql(context, reader, "query");
        var other = (CheckDraft?[])[Accepted(context, reader.Object("accepted")), References(context, reader.Object("references")), RowCount(context, reader.Object("row_count"))];
        var name = Name(context, reader.Text("name"));
        var otherwise = reader.Choice<CheckAction>("otherwise") ?? new Located<CheckAction>(CheckAction.Fail, context.Source, reader.Spot);
        reader.Done();
        if (given.Count != 1)
        {
            context.Error(given.Count == 0 ? reader.Spot : reader.KeySpot(given[1]),
                given.Count == 0 ? "this check does not say what it expects" : $"this check says both '{given[0]}' and '{given[1]}'",
                $"Give exactly one of {string.Join(", ", ModelShapes.Check.ExactlyOneOf)}.", ErrorCodes.CheckInvalid);
            return null;
        }
        var bare = new CheckDraft { Name = default, Kind = default, Otherwise = otherwise };
        var check = given[0] switch
        {
            "that" => that is null ? null : bare with { Kind = CheckKind.Predicate, Sql = that.Value.Sql, SqlIsVerbatim = that.Value.IsVerbatim },
            "query" => query is null ? null : bare with { Kind = CheckKind.Sql, Sql = query.Value.Sql, SqlIsVerbatim = query.Value.IsVerbatim },
            "not_null" => notNull.IsEmpty ? null : bare with { Kind = CheckKind.NotNull, Columns = notNull },
            "unique" => unique.IsEmpty ? null : bare with { Kind = CheckKind.Unique, Columns = unique },
            _ => other.FirstOrDefault(static candidate => candidate is not null),
        };
        if (check is null) return null;
        return check with { Otherwise = otherwise, Name = Unique(context, name, reader.Spot, check, names) };
    }

    private static (Located<string> Sql, bool IsVerbatim)? Sql(ReadContext context, ObjectReader reader, string key)
    {
        if (reader.Text(key) is not { } text) return null;
        if (string.IsNullOrWhiteSpace(text.Value))
        {
            context.Error(text.Spot, $"'{key}' is empty", key == "that" ? "Write a SQL predicate, for example \"delay >= 0\"." : "Write a SELECT.", ErrorCodes.CheckInvalid);
            return null;
        }
        // A quoted value starts after its quote. Where quoting, folding or escapes changed the text, only its start is known.
        var offset = context.Source.OffsetOf(text.Spot);
        if (offset < context.Source.Text.Length && context.Source.Text[offset] is '"' or '\'' && !Stands(text.Value, offset)) offset++;
        var verbatim = Stands(text.Value, offset);
        return (verbatim ? text with { Spot = context.Source.SpotAt(offset) } : text, verbatim);

        bool Stands(string value, int at) => string.CompareOrdinal(context.Source.Text, at, value, 0, value.Length) == 0;
    }

    private static CheckDraft? Accepted(ReadContext context, ObjectReader? reader)
    {
        if (reader is null) return null;
        var column = reader.Text("column");
        var values = reader.Scalars("values").Select(scalar => context.At(scalar, scalar.Value)).ToImmutableArray();
        reader.Done();
        if (column is not { } known || values.IsEmpty) return null;
        return new CheckDraft { Name = default, Kind = CheckKind.Accepted, Otherwise = default, Columns = [known], Values = values };
    }

    private static CheckDraft? References(ReadContext context, ObjectReader? reader)
    {
        if (reader is null) return null;
        var column = reader.Text("column");
        var to = reader.Text("to");
        reader.Done();
        if (column is not { } known || to is not { } target) return null;
        var dot = target.Value.IndexOf('.', StringComparison.Ordinal);
        dot = dot < 0 ? dot : target.Value.IndexOf('.', dot + 1);
        if (dot < 0 || dot == target.Value.Length - 1)
        {
            context.Error(target.Spot, $"'{target.Value}' is not a column of a dataset", "Write namespace.name.column, for example silver.airports.iata.", ErrorCodes.CheckInvalid);
            return null;
        }
        if (context.Name(target.Spot, target.Value[..dot]) is not { } dataset) return null;
        return new CheckDraft
        {
            Name = default,
            Kind = CheckKind.References,
            Otherwise = default,
            Columns = [known],
            ReferencedDataset = target.With(dataset),
            ReferencedColumn = target.Value[(dot + 1)..],
        };
    }

    private static CheckDraft? RowCount(ReadContext context, ObjectReader? reader)
    {
        if (reader is null) return null;
        var (min, max) = (reader.Integer("min"), reader.Integer("max"));
        reader.Done();
        if (!reader.Has("min") && !reader.Has("max"))
        {
            context.Error(reader.Spot, "'row_count' gives neither 'min' nor 'max'", "Write row_count: { min: 1 }.", ErrorCodes.CheckInvalid);
            return null;
        }
        if (min > max)
        {
            context.Error(reader.KeySpot("max"), $"'max' ({max}) is less than 'min' ({min})", "Swap them.", ErrorCodes.CheckInvalid);
            return null;
        }
        return new CheckDraft { Name = default, Kind = CheckKind.RowCount, Otherwise = default, MinRows = min, MaxRows = max };
    }

    private static Located<string>? Name(ReadContext context, Located<string>? name)
    {
        if (name is not { } given) return null;
        if (given.Value.Length is > 0 and <= MaxNameLength && !given.Value.Any(char.IsControl) && given.Value.Trim().Length > 0) return given;
        context.Error(given.Spot, $"this name is empty, longer than {MaxNameLength} characters or holds line breaks", "Choose a short name.", ErrorCodes.CheckInvalid);
        return null;
    }

    private static Located<string> Unique(ReadContext context, Located<string>? given, Spot spot, CheckDraft check, Dictionary<string, int> names)
    {
        if (given is { } name)
        {
            if (!names.TryAdd(name.Value, name.Spot.Line))
                context.Error(name.Spot, $"two checks are named '{name.Value}' (first in line {names[name.Value]})", "Rename one of them.", ErrorCodes.CheckInvalid);
            return name;
        }
        var made = Made(check);
        var unique = made;
        for (var number = 2; !names.TryAdd(unique, spot.Line); number++) unique = $"{made} ({number})";
        return new Located<string>(unique, context.Source, spot);
    }

    /// <summary>A name made from the check: what people would call it.</summary>
    private static string Made(CheckDraft check)
    {
        var columns = string.Join(", ", check.Columns.Select(static column => column.Value));
        var text = check.Kind switch
        {
            CheckKind.Predicate or CheckKind.Sql => check.Sql!.Value.Value,
            CheckKind.NotNull => $"not_null({columns})",
            CheckKind.Unique => $"unique({columns})",
            CheckKind.Accepted => $"accepted({columns})",
            CheckKind.References => $"references({columns} -> {check.ReferencedDataset!.Value.Value}.{check.ReferencedColumn})",
            _ => $"row_count({check.MinRows}..{check.MaxRows})",
        };
        var oneLine = new StringBuilder(text.Length);
        foreach (var c in text)
            if (!char.IsWhiteSpace(c) && !char.IsControl(c)) oneLine.Append(c);
            else if (oneLine.Length > 0 && oneLine[^1] != ' ') oneLine.Append(' ');
        var name = oneLine.ToString().Trim();
        return name.Length <= MaxNameLength - 10 ? name : name[..(MaxNameLength - 11)] + "…";
    }
}
