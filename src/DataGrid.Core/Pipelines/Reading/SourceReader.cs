using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Pipelines.Drafts;

namespace DataGrid.Core.Pipelines.Reading;

/// <summary>Reads one entry of <c>sources</c>.</summary>
internal static class SourceReader
{
    /// <summary>Settings that make sense for delimited text only.</summary>
    private static readonly ImmutableArray<string> CsvOnly = ["delimiter", "header", "quote", "null", "encoding", "decimal_separator"];

    public static SourceDraft? Read(ReadContext context, Located<string> name, ObjectReader reader)
    {
        var dataset = context.Name(name.Spot, name.Value);
        if (dataset is { IsQuarantine: true })
        {
            context.Error(name.Spot, $"'{name.Value}' ends with {DatasetName.QuarantineSuffix}, which is kept for rows that a check held back", "Choose another name.",
                ErrorCodes.NameInvalid);
            dataset = null;
        }
        var files = reader.Texts("files").Where(glob => IsGlob(context, glob)).ToImmutableArray();
        var format = reader.Choice<SourceFormat>("format")?.Value ?? Guess(context, reader, files);
        var columns = reader.Map("columns").Select(static entry => Column(entry.Name, entry.Value)).OfType<ColumnDraft>().ToImmutableArray();
        var drift = reader.Choice<DriftPolicy>("on_drift")?.Value ?? DriftPolicy.Fail;
        var settings = Settings(context, reader.Object("settings"), format);
        var (description, owner) = (reader.Text("description")?.Value, reader.Text("owner")?.Value);
        reader.Done();
        if (dataset is not { } known) return null;
        if (files.IsEmpty || format is null)
        {
            context.Broken.Add(known);
            return null;
        }
        return new SourceDraft
        {
            Name = name.With(known),
            Files = files,
            Format = format.Value,
            Columns = columns,
            OnDrift = drift,
            FormatSettings = settings,
            Description = description,
            Owner = owner,
        };
    }

    private static ColumnDraft? Column(Located<string> name, ObjectReader reader)
    {
        var type = reader.Text("type");
        var description = reader.Text("description")?.Value;
        reader.Done();
        return type is null ? null : new ColumnDraft(name, type, description);
    }

    private static bool IsGlob(ReadContext context, Located<string> glob)
    {
        var text = glob.Value;
        if (text.Contains("://", StringComparison.Ordinal))
        {
            context.Error(glob.Spot, $"'{text}' is an address; sources are read from files below the project folder",
                "Write a path relative to datagrid.yaml, for example data/*.csv.");
            return false;
        }
        if (text.StartsWith('/') || text.Contains('\\', StringComparison.Ordinal) || (text.Length > 1 && text[1] == ':') || text.StartsWith('~'))
        {
            context.Error(glob.Spot, $"'{text}' is not a path relative to the project folder", "Write it relative to datagrid.yaml, with '/' between folders: data/*.csv.");
            return false;
        }
        if (!context.Options.AllowParentFolders && text.Split('/').Contains(".."))
        {
            context.Error(glob.Spot, $"'{text}' leads out of the project folder", "Put the files below the project folder.");
            return false;
        }
        if (text.Split('/').All(static part => part is not ("" or "."))) return true;
        context.Error(glob.Spot, $"'{text}' has an empty folder name in it", "Write a path like data/*.csv.");
        return false;
    }

    /// <summary>The format that the files' names tell; null, with a problem, when they do not.</summary>
    private static SourceFormat? Guess(ReadContext context, ObjectReader reader, ImmutableArray<Located<string>> files)
    {
        if (reader.Has("format") || files.IsEmpty) return null;
        var guesses = files.Select(static glob => SourceFormats.Guess(glob.Value)).Distinct().ToList();
        if (guesses is [{ } format]) return format;
        context.Error(files[0].Spot, guesses.Count > 1 ? "the files' names tell different formats" : $"the name '{files[0].Value}' does not tell the format",
            guesses.Count > 1 ? "Make one source per format, or say which it is: format: csv." : "Say which it is: format: csv, ndjson, json or parquet.");
        return null;
    }

    private static ImmutableSortedDictionary<string, string> Settings(ReadContext context, ObjectReader? reader, SourceFormat? format)
    {
        var settings = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (reader is null) return settings.ToImmutable();
        One("delimiter", 4);
        One("quote", 1);
        foreach (var key in (string[])["null", "date_format", "timestamp_format"])
            if (reader.Text(key) is { } text) settings[key] = text.Value;
        foreach (var key in (string[])["encoding", "decimal_separator"])
            if (reader.Choice(key) is { } choice) settings[key] = choice.Value;
        if (reader.Flag("header") is { } header) settings["header"] = header ? "true" : "false";
        reader.Done();
        if (format is null or SourceFormat.Csv) return settings.ToImmutable();
        foreach (var key in settings.Keys.Where(key => format == SourceFormat.Parquet || CsvOnly.Contains(key)).ToList())
        {
            context.Error(reader.KeySpot(key), $"'{key}' has no meaning for {SourceFormats.Name(format.Value)} files", "Remove it.");
            settings.Remove(key);
        }
        return settings.ToImmutable();

        void One(string key, int most)
        {
            if (reader.Text(key) is not { } text) return;
            if (text.Value.Length >= 1 && text.Value.Length <= most) settings[key] = text.Value;
            else context.Error(text.Spot, $"'{key}' has {text.Value.Length} characters; {(most == 1 ? "one is" : $"1 to {most} are")} allowed", "Write a tab as \"\\t\", in double quotes.");
        }
    }
}
