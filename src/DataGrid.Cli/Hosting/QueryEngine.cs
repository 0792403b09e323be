using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Pipelines;
using DataGrid.Engine.Projects.Sources;
using DataGrid.Engine.Queries;
using DataGrid.Engine.Sessions;
using DataGrid.Silo.Reading;

namespace DataGrid.Cli.Hosting;

/// <summary>The engine of this process, for queries over a root that another process may own.</summary>
internal sealed class QueryEngine : IAsyncDisposable
{
    private readonly InstancePool _pool;
    private readonly QueryExecutor _executor;
    private readonly TaskLimits _limits;

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

    /// <summary>Pins what a query reads.</summary>
    public Task<QueryPlan> PlanAsync(WorkspaceReader reader, QueryRequest request, CancellationToken stop) =>
        new QueryPlanner(reader, new ProjectSourceFiles(new ProjectOptions()), _executor, _limits).PlanAsync(request, stop);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _executor.Dispose();
        await _pool.DisposeAsync().ConfigureAwait(false);
    }
}
