using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Errors;
using DataGrid.Core.Pipelines;
using DataGrid.Engine.Projects.Sources;
using DataGrid.Engine.Queries;
using DataGrid.Engine.Sessions;
using DataGrid.Silo.Reading;
using DataGrid.Storage.Mirror;

namespace DataGrid.Cli.Hosting;

/// <summary>The engine of this process, for queries over a root that another process may own.</summary>
internal sealed class QueryEngine : IAsyncDisposable
{
    private const string WholeVariable = "DATAGRID_MIRROR_WHOLE";

    private readonly InstancePool _pool;
    private readonly QueryExecutor _executor;
    private readonly TaskLimits _limits;
    private LocalInputs? _local;

    public QueryEngine()
    {
        // One query: an instance that waits warm would never be used.
        var options = new EngineOptions { WarmInstances = 0 };
        _limits = options.WholeEngine;
        _pool = new InstancePool(options);
        _executor = new QueryExecutor(_pool);
    }

    /// <summary>Runs planned queries.</summary>
    public IQueryExecutor Executor => _executor;

    /// <summary>Pins what a query reads, and brings the files of it that lie elsewhere.</summary>
    public async Task<QueryPlan> PlanAsync(WorkspaceReader reader, QueryRequest request, CancellationToken stop)
    {
        var plan = await new QueryPlanner(reader, new ProjectSourceFiles(new ProjectOptions()), _executor, _limits).PlanAsync(request, stop).ConfigureAwait(false);
        if (plan.Spec is not { } spec) return plan;
        try
        {
            _local?.Dispose();
            _local = await reader.Tables.BringAsync(spec.Inputs, null, BringsWhole ? null : new InputReads([spec.Sql], []), stop).ConfigureAwait(false);
            return plan with { Spec = spec with { Inputs = _local.Inputs } };
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
        _local?.Dispose();
        await _pool.DisposeAsync().ConfigureAwait(false);
    }
}
