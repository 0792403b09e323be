using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Pipelines.Drafts;
using DataGrid.Core.Pipelines.Keys;
using DataGrid.Core.Pipelines.Yaml;

namespace DataGrid.Core.Pipelines.Reading;

/// <summary>Reads a model's file: its header, and where its SQL starts.</summary>
internal static class ModelReader
{
    public static ModelDraft Read(DatasetName name, SourceText file, ModelDefaults defaults, ProjectOptions options, ProblemBag problems)
    {
        var context = new ReadContext(file, options, problems) { Dataset = name.ToString() };
        var header = ModelHeader.Find(file, problems, name.ToString());
        var bare = new ModelDraft
        {
            Name = name,
            File = file,
            SqlStart = header.SqlStart,
            Materialization = new Located<Materialization>(Materialization.Table, file, new Spot(1, 1)),
            Retries = defaults.Retries,
            Backoff = defaults.Backoff,
            Timeout = defaults.Timeout,
        };
        if (!header.IsPresent) return bare;
        var root = YamlReader.Read(file, header.YamlStart, header.YamlLength, options, problems);
        if (root is null) return bare;
        if (root is YamlMapping mapping) return Read(context, bare, defaults, new ObjectReader(context, mapping, ModelShapes.Model));
        context.Error(root.Spot, $"the header is {root.What}; it must be a mapping of keys to values", "Write lines like materialize: table.");
        return bare;
    }

    private static ModelDraft Read(ReadContext context, ModelDraft bare, ModelDefaults defaults, ObjectReader reader)
    {
        var settings = defaults.Override(context, reader);
        var model = bare with
        {
            Description = reader.Text("description")?.Value,
            Owner = reader.Text("owner")?.Value,
            Tags = Tags(context, reader.Texts("tags")),
            Materialization = reader.Choice<Materialization>("materialize") ?? bare.Materialization.With(Materialization.Table),
            PartitionBy = Distinct(context, "partition_by", reader.Texts("partition_by")),
            Keys = Distinct(context, "keys", reader.Texts("keys")),
            Incremental = reader.Text("incremental") is { } text && context.Name(text.Spot, text.Value) is { } input ? text.With(input) : null,
            PerBatch = reader.Flag("per_batch") ?? false,
            Columns = [.. reader.Map("columns").Select(static entry => Column(entry.Name, entry.Value))],
            Checks = Checks(context, reader),
            Retries = settings.Retries,
            Backoff = settings.Backoff,
            Timeout = settings.Timeout,
        };
        reader.Done();
        ModelRules.Check(context, reader, model);
        return model;
    }

    /// <summary>Column lists name every column once; columns are compared without case.</summary>
    public static ImmutableArray<Located<string>> Distinct(ReadContext context, string key, ImmutableArray<Located<string>> columns)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var distinct = ImmutableArray.CreateBuilder<Located<string>>(columns.Length);
        foreach (var column in columns)
        {
            if (seen.Add(column.Value)) distinct.Add(column);
            else context.Error(column.Spot, $"'{key}' names the column '{column.Value}' twice", "Keep one of them.");
        }
        return distinct.DrainToImmutable();
    }

    private static ImmutableArray<string> Tags(ReadContext context, ImmutableArray<Located<string>> tags)
    {
        foreach (var tag in tags.Where(static tag => tag.Value.Length > 100 || tag.Value.Any(static c => char.IsWhiteSpace(c) || c is ',' or '+')))
            context.Error(tag.Spot, $"'{tag.Value}' cannot be a tag", "Write one word, without spaces, ',' and '+'.");
        return [.. tags.Select(static tag => tag.Value).Distinct(StringComparer.Ordinal)];
    }

    private static ColumnDraft Column(Located<string> name, ObjectReader reader)
    {
        var description = reader.Text("description")?.Value;
        reader.Done();
        return new ColumnDraft(name, null, description);
    }

    private static ImmutableArray<CheckDraft> Checks(ReadContext context, ObjectReader reader)
    {
        var checks = ImmutableArray.CreateBuilder<CheckDraft>();
        var names = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in reader.Objects("expect"))
        {
            if (checks.Count == context.Options.MaxChecks)
            {
                context.Error(item.Spot, $"there are more than {context.Options.MaxChecks} checks", "Join some of them with 'and', or split the model.", ErrorCodes.CheckInvalid);
                break;
            }
            if (CheckReader.Read(context, item, names) is { } check) checks.Add(check);
        }
        return checks.DrainToImmutable();
    }
}
