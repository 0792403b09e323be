using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Datasets;
using DataGrid.Core.Pipelines;
using DataGrid.Core.Pipelines.Drafts;
using DataGrid.DuckDb;
using DataGrid.Engine.Binding;
using DataGrid.Engine.SqlGate;

namespace DataGrid.Engine.Projects;

/// <summary>What the models of a project share.</summary>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Names">Every dataset that SQL may name: broken ones too, so that they are not called unknown.</param>
/// <param name="Materializations">How its models are stored.</param>
internal sealed record ProjectContext(ParameterTable Parameters, IReadOnlySet<DatasetName> Names, IReadOnlyDictionary<DatasetName, Materialization> Materializations);

/// <summary>Binds models and compiles their settings and checks, on an engine of its own. One thread at a time may use it.</summary>
internal sealed class ModelCompiler(KnownColumns known) : IDisposable
{
    private readonly ScratchBinder _binder = new();
    private readonly TypeOracle _oracle = new();

    public SelectGate Gate => _binder.Gate;

    /// <summary>The engine's own text of a type; null when it is none.</summary>
    public string? FindType(string type) => _binder.FindType(type);

    /// <summary>Those of the texts that are no value of the type.</summary>
    public IReadOnlyList<string> NotOf(string type, IReadOnlyList<string> texts) => _oracle.NotOf(type, texts);

    public void Dispose()
    {
        _oracle.Dispose();
        _binder.Dispose();
    }

    /// <summary>Compiles a model, whose inputs must be known, and makes its columns known; null when they could not be told.</summary>
    public StepSpec? Compile(ParsedModel model, ProjectContext project, ProblemBag problems)
    {
        var draft = model.Draft;
        foreach (var read in model.Edges.Select(static edge => edge.To).Distinct())
            if (!_binder.Declared.Contains(read) && known.Find(read) is { } found) _binder.Declare(read, found);
        var incremental = AppendRules.Input(draft, model.Reads, project.Materializations, problems);
        var binding = _binder.Bind(new SqlBindRequest
        {
            Source = model.Source, Purpose = SqlPurpose.Model, Datasets = project.Names, ParameterTypes = project.Parameters.Types, Incremental = draft.PerBatch ? null : incremental,
            Parsed = model.Text,
        });
        problems.AddRange(binding.Problems.Select(problem => problem with { Dataset = draft.Name.ToString() }));
        if (incremental is { } input) AppendRules.Judge(draft, input, binding.NonIncremental, problems);
        if (!binding.Passes) return null;
        if (Store(draft, binding.Columns, problems) is not { } stored) return null;
        var columns = ModelColumns.Describe(draft, stored, problems);
        _binder.Declare(draft.Name, columns);
        known.Add(draft.Name, columns);
        var used = new SortedSet<string>(StringComparer.Ordinal);
        project.Parameters.Use(binding.Reading, model.Source, draft, used, problems);
        var checks = new CheckCompiler(_binder, known, _oracle, project, problems).Compile(draft, columns, used);
        ModelColumns.Check(draft, columns, problems);
        var reads = binding.Reads;
        return new StepSpec
        {
            Name = draft.Name,
            File = draft.File.File,
            Sql = draft.File.Text,
            Materialization = draft.Materialization.Value,
            PartitionBy = ModelColumns.Spelt(draft.PartitionBy, columns),
            Keys = ModelColumns.Spelt(draft.Keys, columns),
            Incremental = incremental,
            PerBatch = draft.PerBatch,
            Columns = columns,
            Checks = checks,
            Reads = reads,
            CheckReads = [.. model.Edges.Select(static edge => edge.To).Distinct().Where(name => !reads.Contains(name))],
            Lineage = binding.ColumnLineage,
            Description = draft.Description,
            Owner = draft.Owner,
            Tags = draft.Tags,
            Retries = draft.Retries,
            Backoff = draft.Backoff,
            Timeout = draft.Timeout,
            Parameters = [.. used],
            KeepsOrder = binding.IsOrdered,
        };
    }

    /// <summary>The columns as they are stored; null, with problems, when one cannot be. A view stores nothing.</summary>
    private static ImmutableArray<ColumnSpec>? Store(ModelDraft draft, ImmutableArray<ColumnSpec> bound, ProblemBag problems)
    {
        if (draft.Materialization.Value == Materialization.View) return bound;
        var stored = ImmutableArray.CreateBuilder<ColumnSpec>(bound.Length);
        var spot = draft.File.SpotAt(draft.SqlStart);
        foreach (var column in bound)
        {
            var mapping = StorableType.Map(column.Type);
            if (mapping.Type is null)
            {
                problems.Add(draft.Problem(ErrorCodes.TypeUnsupported, spot, $"the column '{column.Name}' is {column.Type}, {mapping.Why}",
                    string.Format(CultureInfo.InvariantCulture, mapping.Advice!, SqlText.QuoteIdentifierIfNeeded(column.Name))));
            }
            if (ModelColumns.NameProblem(column.Name) is { } why)
                problems.Add(draft.Problem(ErrorCodes.NameInvalid, spot, $"the column '{column.Name}' {why}", $"Name it with AS: … AS {ModelColumns.Suggest(column.Name)}."));
            stored.Add(column with { Type = mapping.Type ?? column.Type });
        }
        return bound.All(static column => StorableType.Map(column.Type).Type is not null) ? stored.DrainToImmutable() : null;
    }
}
