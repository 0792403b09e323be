using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Pipelines;
using DataGrid.Core.Pipelines.Drafts;
using DataGrid.Core.Pipelines.Graph;
using DataGrid.Engine.Projects.Sources;
using DataGrid.Engine.SqlGate;

namespace DataGrid.Engine.Projects;

/// <summary>One compilation of one project.</summary>
internal sealed class Compilation : IDisposable
{
    /// <summary>A further thread, with an engine of its own, is worth its start for this many models.</summary>
    private const int ModelsPerThread = 100;

    private readonly string _folder;
    private readonly ProjectDraft _draft;
    private readonly Dictionary<DatasetName, KnownDataset> _known;
    private readonly ProblemBag _problems;
    private readonly KnownColumns _columns = new();
    private readonly WorkerPool<ModelCompiler> _workers;

    /// <summary>Datasets whose columns are not known because of mistakes that are reported elsewhere.</summary>
    private readonly HashSet<DatasetName> _broken;

    public Compilation(string folder, ProjectReading reading, IReadOnlyList<KnownDataset> known, ProblemBag problems)
    {
        (_folder, _draft, _problems) = (folder, reading.Draft, problems);
        _broken = [.. reading.Broken];
        _workers = new WorkerPool<ModelCompiler>(() => new ModelCompiler(_columns), Math.Clamp(_draft.Models.Length / ModelsPerThread, 1, Environment.ProcessorCount));
        var own = _draft.Models.Select(static model => model.Name).Concat(_draft.Sources.Select(static source => source.Name.Value)).ToHashSet();
        _known = known.Where(dataset => !own.Contains(dataset.Name)).ToDictionary(static dataset => dataset.Name);
        foreach (var dataset in _known.Values) _columns.Add(dataset.Name, dataset.Columns);
        foreach (var taken in known.Where(dataset => own.Contains(dataset.Name) && dataset.OwnedBy is { } owner && owner != _draft.Id && _draft.Id != ProjectReader.Unnamed)) Owned(taken);
    }

    /// <summary>Compiles; null when there was an error.</summary>
    public PipelineSpec? Run(SourceDiscovery discovery, CancellationToken cancellationToken)
    {
        var parameters = new ParameterTable(_draft, Parameters());
        var sources = discovery.Discover(_draft.Sources, FindType, _problems, cancellationToken);
        foreach (var source in sources) _columns.Add(source.Name, source.Columns);
        _broken.UnionWith(_draft.Sources.Select(static source => source.Name.Value).Except(sources.Select(static source => source.Name)));
        var steps = Models(parameters, cancellationToken);
        if (_problems.HasErrors) return null;
        parameters.WarnAboutUnused(_problems);
        var spec = new PipelineSpec
        {
            Id = _draft.Id,
            Description = _draft.Description,
            Owner = _draft.Owner,
            ProjectDirectory = _folder,
            Sources = sources,
            Steps = steps,
            Parameters = parameters.All,
            Fingerprint = "",
        };
        return spec with { Fingerprint = SpecFingerprint.Of(spec) };
    }

    public void Dispose() => _workers.Dispose();

    private string? FindType(string type) => _workers.Use(worker => worker.FindType(type));

    /// <summary>Compiles all models, wave after wave; those of one wave on several threads, each with an engine of its own.</summary>
    private ImmutableArray<StepSpec> Models(ParameterTable parameters, CancellationToken cancellationToken)
    {
        var materializations = _draft.Models.ToDictionary(static model => model.Name, static model => model.Materialization.Value);
        var names = Names();
        var project = new ProjectContext(parameters, names, materializations);
        var models = _workers.Run(_draft.Models, static (worker, draft) => ParsedModel.Parse(worker.Gate, draft), cancellationToken);
        var graph = StepGraph.Of(models.Select(static model => (model.Name, model.Edges.Select(static edge => edge.To))));
        if (graph.HasCycle) _problems.AddRange(GraphCycles.Find(models.SelectMany(static model => model.Edges)));
        var byName = models.ToDictionary(static model => model.Name);
        var steps = new Dictionary<DatasetName, StepSpec>();
        // On a cycle, and after one, nothing has columns; still, every text is judged.
        var cyclic = byName.Keys.Except(graph.Order).Order().ToImmutableArray();
        foreach (var wave in graph.Waves().Append(cyclic))
        {
            var compiled = _workers.Run([.. wave.Select(name => byName[name])], (worker, model) => One(worker, model, project, isCyclic: wave == cyclic), cancellationToken);
            foreach (var (name, step, problems) in compiled)
            {
                _problems.AddRange(problems.ToSorted());
                if (step is null) _broken.Add(name);
                else steps.Add(name, step);
            }
        }
        return [.. graph.Order.Select(name => steps.GetValueOrDefault(name)).OfType<StepSpec>()];
    }

    private (DatasetName Name, StepSpec? Step, ProblemBag Problems) One(ModelCompiler worker, ParsedModel model, ProjectContext project, bool isCyclic)
    {
        var problems = new ProblemBag();
        // What reads something broken cannot be bound; what can be found all the same, is.
        if (!isCyclic && !model.Edges.Any(edge => _broken.Contains(edge.To))) return (model.Name, worker.Compile(model, project, problems), problems);
        var context = new SqlGateContext { Purpose = SqlPurpose.Model, Datasets = project.Names };
        problems.AddRange(worker.Gate.Judge(model.Text, model.Source, context).Problems.Select(problem => problem with { Dataset = model.Name.ToString() }));
        return (model.Name, null, problems);
    }

    private void Owned(KnownDataset taken)
    {
        var (name, owner) = (taken.Name, taken.OwnedBy!.Value);
        var message = $"{name} belongs to the pipeline '{owner}'; one dataset has one owner";
        const string help = "Give it another name, or remove it from the other pipeline.";
        if (_draft.Models.FirstOrDefault(model => model.Name == name) is { } model) _problems.Add(model.Problem(ErrorCodes.DatasetOwned, new Spot(1, 1), message, help));
        else if (_draft.Sources.FirstOrDefault(source => source.Name.Value == name) is { } source) _problems.Add(source.Name.Problem(ErrorCodes.DatasetOwned, message, help, name.ToString()));
    }

    /// <summary>Declared parameters with the engine's types.</summary>
    private ImmutableArray<ParameterSpec> Parameters()
    {
        var parameters = ImmutableArray.CreateBuilder<ParameterSpec>();
        foreach (var draft in _draft.Parameters)
        {
            var type = draft.Type is { } written ? FindType(written.Value) : "VARCHAR";
            if (type is null)
            {
                _problems.Add(draft.Type!.Value.Problem(ErrorCodes.ParameterInvalid, $"'{draft.Type.Value.Value}', the type of ${draft.Name.Value}, is not a type",
                    "Write a SQL type, for example date, bigint or varchar."));
            }
            else if (draft.Default is { } value && _workers.Use(worker => worker.NotOf(type, [value.Value])).Count > 0)
            {
                _problems.Add(value.Problem(ErrorCodes.ParameterInvalid, $"'{value.Value}', the default of ${draft.Name.Value}, is not a value of {type}", "Write a value of this type, or change the type."));
            }
            parameters.Add(new ParameterSpec { Name = draft.Name.Value, Type = type ?? "VARCHAR", Default = draft.Default?.Value });
        }
        return parameters.DrainToImmutable();
    }

    /// <summary>Every dataset that SQL may name: broken ones too, so that they are not called unknown.</summary>
    private HashSet<DatasetName> Names() =>
        [.. _known.Keys, .. _broken, .. _draft.Sources.Select(static source => source.Name.Value), .. _draft.Models.Select(static model => model.Name)];
}
