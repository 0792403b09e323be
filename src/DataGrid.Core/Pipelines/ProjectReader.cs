using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Pipelines.Drafts;
using DataGrid.Core.Pipelines.Reading;

namespace DataGrid.Core.Pipelines;

/// <summary>The files of a project, as found in its folder.</summary>
/// <param name="ProjectFile">The project file.</param>
/// <param name="Models">Models' files, <c>models/…/*.sql</c>.</param>
/// <param name="OtherFiles">Paths of other files below <c>models/</c>.</param>
public sealed record ProjectFiles(SourceText ProjectFile, ImmutableArray<SourceText> Models, ImmutableArray<string> OtherFiles);

/// <summary>What reading a project came to.</summary>
/// <param name="Draft">The project as written; where it has mistakes, without the parts that cannot be used.</param>
/// <param name="Broken">Datasets that the project declares but that could not be read: what refers to them is not to be reported as unknown.</param>
public sealed record ProjectReading(ProjectDraft Draft, ImmutableHashSet<DatasetName> Broken);

/// <summary>Reads a project's files. Pure: texts in, a draft and problems out.</summary>
public static class ProjectReader
{
    /// <summary>The id of a project whose own is missing or wrong; such a project has an error
    /// and never becomes a spec, and which datasets are its own cannot be told.</summary>
    public static readonly PipelineId Unnamed = PipelineId.Parse("unnamed");

    /// <summary>Reads everything and reports every mistake that the text alone shows.</summary>
    public static ProjectReading Read(ProjectFiles files, ProjectOptions options, ProblemBag problems)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(problems);
        var context = new ReadContext(files.ProjectFile, options, problems);
        var (sources, parameters, defaults) = ProjectFileReader.Read(context, out var id, out var description, out var owner);
        var models = Models(files, defaults, options, problems);
        var draft = new ProjectDraft
        {
            File = files.ProjectFile,
            Id = id ?? Unnamed,
            Description = description,
            Owner = owner,
            Sources = Sources(sources, models, problems),
            Parameters = parameters,
            Models = models,
        };
        return new ProjectReading(draft, [.. context.Broken]);
    }

    private static ImmutableArray<ModelDraft> Models(ProjectFiles files, ModelDefaults defaults, ProjectOptions options, ProblemBag problems)
    {
        var models = new SortedDictionary<DatasetName, ModelDraft>();
        foreach (var file in files.Models.OrderBy(static file => file.File, StringComparer.Ordinal))
        {
            if (NameOf(file, problems) is not { } name) continue;
            if (models.TryGetValue(name, out var first))
            {
                problems.Add(file.Problem(ErrorCodes.DatasetDuplicate, new Spot(1, 1), $"{name} is made by two models: {first.File.File} and {file.File}",
                    "Rename or remove one of them; names are compared without case.", name.ToString()));
                continue;
            }
            models.Add(name, ModelReader.Read(name, file, defaults, options, problems));
        }
        foreach (var stray in files.OtherFiles.Order(StringComparer.Ordinal))
        {
            problems.Add(new Problem
            {
                Code = ErrorCodes.SpecInvalid,
                Message = "this file is not a model and is not read",
                Position = new SourcePosition { File = stray },
                Help = "Models are models/<namespace>/<name>.sql; keep other files elsewhere.",
                IsWarning = true,
            });
        }
        if (models.Count == 0 && !problems.HasErrors)
        {
            problems.Add(files.ProjectFile.Problem(ErrorCodes.SpecInvalid, new Spot(1, 1), "the project has no model",
                "Write one: models/silver/flights.sql with a SELECT makes the dataset silver.flights."));
        }
        return [.. models.Values];
    }

    private static DatasetName? NameOf(SourceText file, ProblemBag problems)
    {
        var parts = file.File.Split('/');
        string? why = null;
        DatasetName name = default;
        if (parts.Length != 3) why = $"{file.File} is not in a folder that is its namespace";
        else if (DatasetName.TryParse($"{parts[1]}.{parts[2][..^ProjectLayout.ModelExtension.Length]}", out name, out var wrong))
            why = name.IsQuarantine ? $"the name {name} is kept for rows that a check of {name.Namespace}.{name.Name[..^DatasetName.QuarantineSuffix.Length]} held back" : null;
        else why = parts[2].Count(static c => c == '.') > 1 ? $"the name '{parts[2]}' may have letters (a-z), digits and underscores only" : wrong;
        if (why is null) return name;
        problems.Add(new Problem
        {
            Code = ErrorCodes.NameInvalid,
            Message = why,
            Position = new SourcePosition { File = file.File },
            Help = "Models are models/<namespace>/<name>.sql, for example models/silver/flights.sql.",
        });
        return null;
    }

    private static ImmutableArray<SourceDraft> Sources(ImmutableArray<SourceDraft> sources, ImmutableArray<ModelDraft> models, ProblemBag problems)
    {
        var byName = models.ToDictionary(static model => model.Name);
        foreach (var source in sources)
        {
            if (!byName.TryGetValue(source.Name.Value, out var model)) continue;
            problems.Add(source.Name.Problem(ErrorCodes.DatasetDuplicate, $"{source.Name.Value} is a source here and a model in {model.File.File}", "Rename one of them.",
                source.Name.Value.ToString()));
        }
        return [.. sources.Where(source => !byName.ContainsKey(source.Name.Value))];
    }
}
