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

/// <summary>Binds models one after the other, in the graph's order, and compiles their settings and checks.</summary>
internal sealed class ModelCompiler
{
    private readonly ScratchBinder _binder;
    private readonly HashSet<DatasetName> _names;
    private readonly ProblemBag _problems;
    private readonly CheckCompiler _checks;
    private readonly ParameterTable _parameters;
    private readonly DeclaredDatasets _declared;
    private readonly Dictionary<DatasetName, Materialization> _materializations;

    public ModelCompiler(ScratchBinder binder, TypeOracle oracle, ProjectDraft draft, DeclaredDatasets declared, ImmutableArray<ParameterSpec> parameters,
        HashSet<DatasetName> names, ProblemBag problems)
    {
        (_binder, _declared, _names, _problems) = (binder, declared, names, problems);
        _parameters = new ParameterTable(draft, parameters, problems);
        _materializations = draft.Models.ToDictionary(static model => model.Name, static model => model.Materialization.Value);
        _checks = new CheckCompiler(binder, declared, oracle, _parameters, names, problems);
    }

    /// <summary>Warns about declared parameters that nothing uses.</summary>
    public void WarnAboutParameters() => _parameters.WarnAboutUnused();

    /// <summary>Declared parameters, and those that SQL uses without a declaration.</summary>
    public ImmutableArray<ParameterSpec> UsedParameters() => _parameters.All;

    /// <summary>Compiles a model and declares its result; null when its columns could not be told.</summary>
    public StepSpec? Compile(ParsedModel model)
    {
        var draft = model.Draft;
        var incremental = AppendRules.Input(draft, model.Reads, _materializations, _problems);
        var binding = _binder.Bind(new SqlBindRequest
        {
            Source = model.Source, Purpose = SqlPurpose.Model, Datasets = _names, ParameterTypes = _parameters.Types, Incremental = draft.PerBatch ? null : incremental,
        });
        _problems.AddRange(binding.Problems.Select(problem => problem with { Dataset = draft.Name.ToString() }));
        if (incremental is { } input) AppendRules.Judge(draft, input, binding.NonIncremental, _problems);
        if (!binding.Passes) return null;
        if (Store(draft, binding.Columns) is not { } stored) return null;
        var columns = ModelColumns.Describe(draft, stored, _problems);
        _declared.Add(draft.Name, columns);
        var parameters = new SortedSet<string>(StringComparer.Ordinal);
        _parameters.Use(binding.Reading, model.Source, draft, parameters);
        var checks = _checks.Compile(draft, columns, parameters);
        ModelColumns.Check(draft, columns, _problems);
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
            Parameters = [.. parameters],
            KeepsOrder = binding.IsOrdered,
        };
    }

    /// <summary>The columns as they are stored; null, with problems, when one cannot be. A view stores nothing.</summary>
    private ImmutableArray<ColumnSpec>? Store(ModelDraft draft, ImmutableArray<ColumnSpec> bound)
    {
        if (draft.Materialization.Value == Materialization.View) return bound;
        var stored = ImmutableArray.CreateBuilder<ColumnSpec>(bound.Length);
        var spot = draft.File.SpotAt(draft.SqlStart);
        foreach (var column in bound)
        {
            var mapping = StorableType.Map(column.Type);
            if (mapping.Type is null)
            {
                _problems.Add(draft.Problem(ErrorCodes.TypeUnsupported, spot, $"the column '{column.Name}' is {column.Type}, {mapping.Why}",
                    string.Format(CultureInfo.InvariantCulture, mapping.Advice!, SqlText.QuoteIdentifierIfNeeded(column.Name))));
            }
            if (ModelColumns.NameProblem(column.Name) is { } why)
                _problems.Add(draft.Problem(ErrorCodes.NameInvalid, spot, $"the column '{column.Name}' {why}", $"Name it with AS: … AS {ModelColumns.Suggest(column.Name)}."));
            stored.Add(column with { Type = mapping.Type ?? column.Type });
        }
        return bound.All(static column => StorableType.Map(column.Type).Type is not null) ? stored.DrainToImmutable() : null;
    }
}
