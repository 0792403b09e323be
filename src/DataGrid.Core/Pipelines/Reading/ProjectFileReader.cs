using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Pipelines.Drafts;
using DataGrid.Core.Pipelines.Keys;
using DataGrid.Core.Pipelines.Yaml;

namespace DataGrid.Core.Pipelines.Reading;

/// <summary>What models take over from the project file.</summary>
/// <param name="Retries">How often a failed attempt is made again.</param>
/// <param name="Backoff">The pause before the first retry.</param>
/// <param name="Timeout">How long one attempt may take.</param>
internal sealed record ModelDefaults(int Retries, TimeSpan Backoff, TimeSpan Timeout)
{
    public static ModelDefaults BuiltIn { get; } = new(3, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(30));

    public static TimeSpan MaxBackoff { get; } = TimeSpan.FromHours(1);

    public static TimeSpan MaxTimeout { get; } = TimeSpan.FromDays(7);

    /// <summary>Reads the three settings, each from <paramref name="reader"/> or from here.</summary>
    public ModelDefaults Override(ReadContext context, ObjectReader reader)
    {
        var retries = (int?)reader.Integer("retries") ?? Retries;
        return new ModelDefaults(retries, Limited("backoff", TimeSpan.Zero, MaxBackoff) ?? Backoff, Limited("timeout", TimeSpan.FromMilliseconds(1), MaxTimeout) ?? Timeout);

        TimeSpan? Limited(string key, TimeSpan least, TimeSpan most)
        {
            if (reader.Duration(key) is not { } value) return null;
            if (value >= least && value <= most) return value;
            context.Error(reader.KeySpot(key), $"'{key}' is {Durations.Format(value)}; it must be from {Durations.Format(least)} to {Durations.Format(most)}", "Choose a value in this range.");
            return null;
        }
    }
}

/// <summary>Reads <c>datagrid.yaml</c>.</summary>
internal static class ProjectFileReader
{
    /// <summary>Reads the project file; without <paramref name="id"/> what was read is good for looking for further mistakes only.</summary>
    public static (ImmutableArray<SourceDraft> Sources, ImmutableArray<ParameterDraft> Parameters, ModelDefaults Defaults) Read(
        ReadContext context, out PipelineId? id, out string? description, out string? owner)
    {
        (id, description, owner) = (null, null, null);
        var before = context.Problems.HasErrors;
        var root = YamlReader.Read(context.Source, 0, context.Source.Text.Length, context.Options, context.Problems);
        if (root is not YamlMapping mapping)
        {
            if (root is not null || (!before && !context.Problems.HasErrors))
            {
                context.Error(root?.Spot ?? new Spot(1, 1), root is null ? "the project file is empty" : $"the project file is {root.What}; it must be a mapping of keys to values",
                    "Start with a line like pipeline: flights.");
            }
            return ([], [], ModelDefaults.BuiltIn);
        }
        var reader = new ObjectReader(context, mapping, ProjectShapes.Project);
        id = Id(context, reader.Text("pipeline"));
        description = reader.Text("description")?.Value;
        owner = reader.Text("owner")?.Value;
        var sources = reader.Map("sources").Select(entry => SourceReader.Read(context, entry.Name, entry.Value)).OfType<SourceDraft>().ToImmutableArray();
        var parameters = reader.Map("parameters").Select(entry => Parameter(context, entry.Name, entry.Value)).OfType<ParameterDraft>().ToImmutableArray();
        var defaults = ModelDefaults.BuiltIn;
        if (reader.Object("defaults") is { } given)
        {
            defaults = defaults.Override(context, given);
            given.Done();
        }
        reader.Done();
        return (sources, parameters, defaults);
    }

    private static PipelineId? Id(ReadContext context, Located<string>? text)
    {
        if (text is not { } given) return null;
        try
        {
            return PipelineId.Parse(given.Value);
        }
        catch (FormatException error)
        {
            context.Error(given.Spot, error.Message, "Write a short name, for example flights.", ErrorCodes.NameInvalid);
            return null;
        }
    }

    private static ParameterDraft? Parameter(ReadContext context, Located<string> name, ObjectReader reader)
    {
        var type = reader.Text("type");
        var defaultValue = reader.Scalar("default");
        _ = reader.Text("description");
        reader.Done();
        if (name.Value.Length is > 0 and <= DatasetName.MaxPartLength && (char.IsAsciiLetter(name.Value[0]) || name.Value[0] == '_')
            && name.Value.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            return new ParameterDraft(name, type, defaultValue is null ? null : context.At(defaultValue, defaultValue.Value));
        context.Error(name.Spot, $"'{name.Value}' cannot be a parameter's name", "Start with a letter; use letters, digits and underscores.", ErrorCodes.NameInvalid);
        return null;
    }
}
