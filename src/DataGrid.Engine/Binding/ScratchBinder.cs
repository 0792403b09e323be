using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Lineage;
using DataGrid.Core.Sql;
using DataGrid.DuckDb;
using DataGrid.Engine.SqlGate;

namespace DataGrid.Engine.Binding;

/// <summary>Binds SQL against empty tables of declared schemas, in memory and without access to anything: exact types, errors with places, lineage.</summary>
/// <remarks>One binder serves a whole project: declare sources, then bind each model in the graph's order and declare its result. Safe for several threads;
/// the engine's part takes turns. Every text passes the gate before it is bound, and its bound plan passes the gate again.</remarks>
public sealed class ScratchBinder : IDisposable
{
    /// <summary>Plans nest about two JSON levels per expression.</summary>
    private static readonly JsonDocumentOptions PlanJson = new() { MaxDepth = 4 * SqlTreeReader.MaxJsonDepth };

    /// <summary>Predicates that were bound are remembered up to so many.</summary>
    private const int MostBound = 1024;

    private readonly Lock _turn = new();
    private readonly Dictionary<string, ImmutableArray<ColumnSpec>> _boundPredicates = new(StringComparer.Ordinal);
    private readonly SqlParser _parser;
    private readonly SelectGate _gate;
    private readonly DuckDbInstance _instance;
    private readonly DuckDbConnection _connection;
    private readonly DuckDbStatement _plan;
    private readonly ScratchTables _tables;
    private readonly ParameterTyping _typing;

    /// <summary>Opens a binder with nothing declared.</summary>
    public ScratchBinder(SqlGateOptions? options = null)
    {
        _instance = DuckDbInstance.Open(":memory:", ScratchSettings.Locked);
        _parser = new SqlParser(_instance);
        _gate = new SelectGate(_parser, options);
        _connection = _instance.Connect();
        _plan = _connection.Prepare("SELECT json_serialize_plan($1::VARCHAR, skip_null := true)");
        _tables = new ScratchTables(_connection, _parser);
        _typing = new ParameterTyping(_connection);
    }

    /// <summary>The gate that texts pass here.</summary>
    public SelectGate Gate => _gate;

    /// <summary>The datasets declared so far.</summary>
    public IReadOnlySet<DatasetName> Declared => _tables.Names;

    /// <summary>Declares a dataset, or declares it anew with other columns.</summary>
    /// <param name="name">The dataset.</param>
    /// <param name="columns">Its columns, at least one; types as DuckDB writes them.</param>
    /// <exception cref="DataGridException">A type is not one of DuckDB's, or two columns have the same name.</exception>
    public void Declare(DatasetName name, IReadOnlyList<ColumnSpec> columns)
    {
        lock (_turn) _tables.Declare(name, columns);
    }

    /// <summary>DuckDB's own text of a type that a user wrote: <c>decimal(10)</c> gives <c>DECIMAL(10,0)</c>; null when it is no type.</summary>
    public string? FindType(string type)
    {
        lock (_turn) return _tables.FindType(type);
    }

    /// <summary>Judges and binds a SELECT: a model, a check's SELECT or an ad-hoc query. Never throws for what the text is.</summary>
    public SqlBinding Bind(SqlBindRequest request)
    {
        var source = request.Source;
        var context = new SqlGateContext { Purpose = request.Purpose, Datasets = request.Datasets is null ? _tables.Names : request.Datasets as IReadOnlySet<DatasetName> ?? request.Datasets.ToHashSet(), Columns = _tables.ColumnNames };
        var judged = _gate.Judge(request.Parsed ?? _gate.Parse(source), source, context);
        var binding = new SqlBinding
        {
            Problems = judged.Problems,
            Reading = judged.Reading,
            Reads = judged.Reading is null ? [] : [.. judged.Reading.Datasets.Where(context.Datasets.Contains)],
            Parameters = judged.Reading?.ParameterNames ?? [],
            IsOrdered = judged.Reading?.IsOrdered ?? false,
        };
        if (!judged.Passes) return binding;
        if (request.Incremental is { } input) binding = binding with { NonIncremental = SqlIncrement.Judge(judged.Tree, source, input) };
        var bound = BindJudged(request, binding.Reads, judged);
        if (bound.Problem is { } problem) return binding with { Problems = [problem] };
        return Finish(request, context, binding, bound);
    }

    /// <summary>Judges and binds a row check's predicate over a declared dataset's columns.</summary>
    /// <param name="source">The predicate and where it stands.</param>
    /// <param name="dataset">The dataset, declared before.</param>
    /// <param name="parameterTypes">Types of its parameters by name without <c>$</c>.</param>
    /// <param name="needsLineage">Whether to tell what the predicate looks at.</param>
    /// <returns><see cref="SqlBinding.Lineage"/> has one column: what the predicate looks at.</returns>
    public SqlBinding BindPredicate(SqlSource source, DatasetName dataset, IReadOnlyDictionary<string, string>? parameterTypes = null, bool needsLineage = true)
    {
        var context = new SqlGateContext { Purpose = SqlPurpose.Check, Datasets = _tables.Names, Columns = _tables.ColumnsOf(dataset) };
        var judged = _gate.CheckExpression(source, context);
        var binding = new SqlBinding { Problems = judged.Problems, Reading = judged.Reading, Parameters = judged.Reading?.ParameterNames ?? [], Reads = [dataset] };
        if (!judged.Passes) return binding;
        var key = needsLineage ? null : KeyOf(source.Text, dataset, judged.Reading!);
        if (key is not null && FindBound(key) is { } known) return binding with { Columns = known };
        // On lines of its own, so that a comment at its end cannot swallow what follows.
        const string prefix = "SELECT (\n";
        var text = $"{prefix}{source.Text}\n) AS predicate FROM {SqlText.QuoteQualified(dataset.Namespace, dataset.Name)}";
        var tree = binding.Parameters.IsEmpty ? default : _parser.Parse(text).Root;
        var bound = BindText(text, tree, binding.Parameters, parameterTypes);
        if (bound.Fault is { } fault) return binding with { Problems = [BindProblems.From(fault, source, prefix.Length, _tables.ColumnsOf(dataset), judged.Reading)] };
        if (bound.Problem is { } problem) return binding with { Problems = [problem] };
        if (bound.Columns[0].Type is not ("BOOLEAN" or "NULL"))
        {
            return binding with
            {
                Problems = [source.Problem(ErrorCodes.CheckInvalid, $"a predicate must be true or false, and this is {bound.Columns[0].Type}", 0, "compare it with something, for example: x > 0")],
            };
        }
        var finished = Finish(new SqlBindRequest { Source = source, Purpose = SqlPurpose.Check, NeedsLineage = needsLineage }, context, binding, bound);
        if (key is not null && finished.Passes) Remember(key, finished.Columns);
        return finished;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_turn)
        {
            _typing.Dispose();
            _plan.Dispose();
            _connection.Dispose();
            _parser.Dispose();
            _instance.Dispose();
        }
    }

    /// <summary>What a predicate's binding depends on: its text and its columns' types. Null when it names anything but columns of the dataset without their
    /// table, or has parameters. The same <c>id IS NOT NULL</c> stands at many models.</summary>
    private string? KeyOf(string text, DatasetName dataset, SqlReading reading)
    {
        if (!reading.Parameters.IsEmpty) return null;
        var key = new StringBuilder(text);
        lock (_turn)
        {
            foreach (var use in reading.Columns)
            {
                if (use.Parts.Length != 1 || _tables.TypeOf(dataset, use.Parts[0]) is not { } type) return null;
                key.Append('\0').Append(type);
            }
        }
        return key.ToString();
    }

    private ImmutableArray<ColumnSpec>? FindBound(string key)
    {
        lock (_turn) return _boundPredicates.TryGetValue(key, out var columns) ? columns : null;
    }

    private void Remember(string key, ImmutableArray<ColumnSpec> columns)
    {
        lock (_turn)
        {
            if (_boundPredicates.Count == MostBound) _boundPredicates.Clear();
            _boundPredicates[key] = columns;
        }
    }

    private sealed record Bound(ImmutableArray<ColumnSpec> Columns, string? PlanJson, Problem? Problem, DuckDbException? Fault = null);

    private Bound BindJudged(SqlBindRequest request, ImmutableArray<DatasetName> reads, SqlGateOutcome judged)
    {
        var bound = BindText(request.Source.Text, judged.Tree, judged.Reading!.ParameterNames, request.ParameterTypes);
        if (bound.Fault is null) return bound;
        var known = reads.SelectMany(_tables.ColumnsOf).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return bound with { Problem = BindProblems.From(bound.Fault, request.Source, 0, known, judged.Reading) };
    }

    private Bound BindText(string text, JsonElement tree, ImmutableArray<string> parameters, IReadOnlyDictionary<string, string>? types)
    {
        lock (_turn)
        {
            try
            {
                var typed = text;
                if (parameters.Length > 0)
                {
                    // The user's own text first: only its errors have places in the user's file.
                    using (_connection.Prepare(text)) { }
                    if (ParameterTyping.Check(parameters, types, _tables.FindType) is { } wrong) return new Bound([], null, wrong);
                    typed = _typing.WriteTypes(tree, types);
                }
                using var statement = _connection.Prepare(typed);
                ImmutableArray<ColumnSpec> columns = [.. statement.Columns.Select(static column => new ColumnSpec { Name = column.Name, Type = column.Type.Sql })];
                using var result = _plan.Bind(1, typed).Execute();
                return new Bound(columns, (string)result.ReadRows().Single()[0]!, null);
            }
            catch (DuckDbException fault)
            {
                return new Bound([], null, null, fault);
            }
        }
    }

    private static SqlBinding Finish(SqlBindRequest request, SqlGateContext context, SqlBinding binding, Bound bound)
    {
        binding = binding with { Columns = bound.Columns };
        using var document = JsonDocument.Parse(bound.PlanJson!, PlanJson);
        var root = document.RootElement;
        if (root.GetProperty("error").GetBoolean())
        {
            // Bound, yet not shown: nothing that the gate could look at, so it may not run.
            var message = root.TryGetProperty("error_message", out var text) ? text.GetString() : null;
            return binding with { Problems = [request.Source.Problem(ErrorCodes.SqlForbidden, $"the engine cannot show how it would run this ({message})", null, "rewrite the query in a simpler way")] };
        }
        var findings = BoundPlanRules.Judge(root, request.Source, context);
        var problems = findings.Select(static finding => finding.Problem);
        if (request.Purpose == SqlPurpose.Model) problems = problems.Concat(BindProblems.OfColumns(bound.Columns, request.Source));
        return binding with
        {
            Problems = [.. problems],
            Lineage = !request.NeedsLineage ? null : PlanLineageReader.Read(root, [.. bound.Columns.Select(static column => column.Name)]),
        };
    }
}
