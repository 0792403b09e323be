using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Pipelines;
using DataGrid.Core.Pipelines.Drafts;
using DataGrid.Core.Pipelines.Graph;
using DataGrid.Engine.Binding;
using DataGrid.Engine.Projects.Sources;
using DataGrid.Engine.SqlGate;

namespace DataGrid.Engine.Projects;

/// <summary>One compilation of one project.</summary>
internal sealed class Compilation : IDisposable
{
    private readonly string _folder;
    private readonly ProjectDraft _draft;
    private readonly Dictionary<DatasetName, KnownDataset> _known;
    private readonly ProblemBag _problems;
    private readonly ScratchBinder _binder = new();
    private readonly TypeOracle _oracle = new();
    private readonly DeclaredDatasets _declared;

    /// <summary>Datasets whose columns are not known because of mistakes that are reported elsewhere.</summary>
    private readonly HashSet<DatasetName> _broken;

    public Compilation(string folder, ProjectReading reading, IReadOnlyList<KnownDataset> known, ProblemBag problems)
    {
        (_folder, _draft, _problems) = (folder, reading.Draft, problems);
        _declared = new DeclaredDatasets(_binder);
        _broken = [.. reading.Broken];
        var own = _draft.Models.Select(static model => model.Name).Concat(_draft.Sources.Select(static source => source.Name.Value)).ToHashSet();
        _known = known.Where(dataset => !own.Contains(dataset.Name)).ToDictionary(static dataset => dataset.Name);
        foreach (var taken in known.Where(dataset => own.Contains(dataset.Name) && dataset.OwnedBy is { } owner && owner != _draft.Id)) Owned(taken);
    }

    /// <summary>Compiles; null when there was an error.</summary>
    public PipelineSpec? Run(SourceDiscovery discovery, CancellationToken cancellationToken)
    {
        var parameters = Parameters();
        var sources = discovery.Discover(_draft.Sources, _binder.FindType, _problems, cancellationToken);
        _broken.UnionWith(_draft.Sources.Select(static source => source.Name.Value).Except(sources.Select(static source => source.Name)));
        var models = ParsedModel.ParseAll(_draft.Models, cancellationToken);
        var graph = Graph(models);
        Declare(sources, models);
        var names = Names();
        var compiler = new ModelCompiler(_binder, _oracle, _draft, _declared, parameters, names, _problems);
        var byName = models.ToDictionary(static model => model.Name);
        var steps = ImmutableArray.CreateBuilder<StepSpec>();
        foreach (var model in graph.Order.Select(name => byName[name]))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = model.Edges.Any(edge => _broken.Contains(edge.To)) ? JudgeOnly(model, names) : compiler.Compile(model);
            if (step is null) _broken.Add(model.Name);
            else steps.Add(step);
        }
        // On a cycle nothing has columns; still, every text is judged.
        foreach (var model in models.Where(model => !graph.Order.Contains(model.Name))) JudgeOnly(model, names);
        if (_problems.HasErrors) return null;
        compiler.WarnAboutParameters();
        var spec = new PipelineSpec
        {
            Id = _draft.Id,
            Description = _draft.Description,
            Owner = _draft.Owner,
            ProjectDirectory = _folder,
            Sources = sources,
            Steps = steps.DrainToImmutable(),
            Parameters = compiler.UsedParameters(),
            Fingerprint = "",
        };
        return spec with { Fingerprint = SpecFingerprint.Of(spec) };
    }

    public void Dispose()
    {
        _oracle.Dispose();
        _binder.Dispose();
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
            var type = draft.Type is { } written ? _binder.FindType(written.Value) : "VARCHAR";
            if (type is null)
            {
                _problems.Add(draft.Type!.Value.Problem(ErrorCodes.ParameterInvalid, $"'{draft.Type.Value.Value}', the type of ${draft.Name.Value}, is not a type",
                    "Write a SQL type, for example date, bigint or varchar."));
            }
            else if (draft.Default is { } value && _oracle.NotOf(type, [value.Value]).Count > 0)
            {
                _problems.Add(value.Problem(ErrorCodes.ParameterInvalid, $"'{value.Value}', the default of ${draft.Name.Value}, is not a value of {type}", "Write a value of this type, or change the type."));
            }
            parameters.Add(new ParameterSpec { Name = draft.Name.Value, Type = type ?? "VARCHAR", Default = draft.Default?.Value });
        }
        return parameters.DrainToImmutable();
    }

    private StepGraph Graph(ImmutableArray<ParsedModel> models)
    {
        var graph = StepGraph.Of(models.Select(static model => (model.Name, model.Edges.Select(static edge => edge.To))));
        // A step that reads itself has no edge to wait for in the graph's sense, but is on a cycle all the same.
        if (graph.HasCycle) _problems.AddRange(GraphCycles.Find(models.SelectMany(static model => model.Edges)));
        return graph;
    }

    private void Declare(ImmutableArray<SourceSpec> sources, ImmutableArray<ParsedModel> models)
    {
        foreach (var source in sources) _declared.Add(source.Name, source.Columns);
        foreach (var name in models.SelectMany(static model => model.Edges).Select(static edge => edge.To).Distinct())
            if (_known.TryGetValue(name, out var dataset)) _declared.Add(name, dataset.Columns);
    }

    /// <summary>Every dataset that SQL may name: broken ones too, so that they are not called unknown.</summary>
    private HashSet<DatasetName> Names() =>
        [.. _known.Keys, .. _broken, .. _draft.Sources.Select(static source => source.Name.Value), .. _draft.Models.Select(static model => model.Name)];

    /// <summary>A model that cannot be bound, because something that it reads is broken: what can be found all the same, is.</summary>
    private StepSpec? JudgeOnly(ParsedModel model, HashSet<DatasetName> names)
    {
        var context = new SqlGateContext { Purpose = SqlPurpose.Model, Datasets = names };
        _problems.AddRange(_binder.Gate.Check(model.Source, context).Problems.Select(problem => problem with { Dataset = model.Name.ToString() }));
        return null;
    }
}
