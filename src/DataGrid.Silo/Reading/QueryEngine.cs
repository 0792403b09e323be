using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Errors;
using DataGrid.Core.Pipelines;
using DataGrid.Engine.Projects.Sources;
using DataGrid.Engine.Queries;
using DataGrid.Engine.Sessions;
using DataGrid.Storage.Mirror;

namespace DataGrid.Silo.Reading;

/// <summary>The engine of this process, for queries over a root that another process may own.</summary>
public sealed class QueryEngine : IQueryService, IAsyncDisposable
{
    private const string WholeVariable = "DATAGRID_MIRROR_WHOLE";

    private readonly WorkspaceReader _reader;
    private readonly InstancePool _pool;
    private readonly QueryExecutor _executor;
    private readonly QueryPlanner _planner;

    /// <summary>An engine of its own beside that of the silo's tasks.</summary>
    /// <param name="reader">The workspace; it stays the caller's.</param>
    /// <param name="options">What all its queries together may use.</param>
    public QueryEngine(WorkspaceReader reader, EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _reader = reader;
        _pool = new InstancePool(options);
        _executor = new QueryExecutor(_pool);
        _planner = new QueryPlanner(reader, new ProjectSourceFiles(new ProjectOptions()), _executor, options.WholeEngine);
    }

    /// <inheritdoc/>
    public IQueryExecutor Executor => _executor;

    /// <inheritdoc/>
    public async Task<QueryPlan> PlanAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var plan = await _planner.PlanAsync(request, cancellationToken);
        if (plan.Spec is not { } spec) return plan;
        try
        {
            var local = await _reader.Tables.BringAsync(spec.Inputs, null, BringsWhole ? null : new InputReads([spec.Sql], []), cancellationToken);
            return plan with { Spec = spec with { Inputs = local.Inputs }, Copies = local };
        }
        catch (Exception fault) when (fault is DataGridException or IOException)
        {
            return new QueryPlan(null, [FaultProblems.From(fault)]);
        }
    }

    private static bool BringsWhole => Environment.GetEnvironmentVariable(WholeVariable) == "1";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _executor.Dispose();
        await _pool.DisposeAsync();
    }
}
