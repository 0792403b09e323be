using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Sessions;
using DataGrid.Engine.Tasks;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Queries;

/// <summary>A locked instance with a query's inputs, its parameters, and a folder for a result that must be a file first.</summary>
internal sealed class QueryRun : IDisposable
{
    private readonly InstancePool _pool;
    private readonly LockedInstance _instance;
    private readonly string? _key;
    private readonly bool _holdsRows;
    private bool _isAsFound;

    private QueryRun(InstancePool pool, LockedInstance instance, string? key, QuerySpec query, ParameterBinding parameters, string? outputDirectory)
    {
        _pool = pool;
        _instance = instance;
        _key = key;
        // The rows of a view with parameters are a table in the instance.
        _holdsRows = !query.Parameters.IsEmpty && query.Inputs.Any(static input => input.Form == TaskInputForm.View);
        Sql = ComposedSql.Around("", SqlTail.WithoutTerminator(query.Sql), "");
        Parameters = parameters;
        OutputDirectory = outputDirectory;
    }

    public DuckDbConnection Connection => _instance.Connection;

    /// <summary>The query as it stands, without what ends it.</summary>
    public ComposedSql Sql { get; }

    public ParameterBinding Parameters { get; }

    /// <summary>A folder of its own, gone with it; null when none was asked for.</summary>
    public string? OutputDirectory { get; }

    public static QueryRun Open(InstancePool pool, QuerySpec query, bool needsOutput, CancellationToken cancellation)
    {
        var key = SessionKey.Of(query, needsOutput);
        if (key is not null && pool.RentKept(key) is { } kept)
            return new QueryRun(pool, kept, key, query, new ParameterBinding(kept.Connection, [], []), null);
        var output = needsOutput ? Directory.CreateDirectory(Path.Combine(Path.GetFullPath(pool.Options.TemporaryDirectory), "query-" + Guid.NewGuid().ToString("N"))).FullName : null;
        try
        {
            // Without an ORDER BY no order was asked for; the order of the files is kept all the same, so that a query gives the same page twice.
            var instance = TaskInputs.Open(pool, query.Limits, query.Inputs, null, output, keepsOrder: true, cancellation);
            try
            {
                var parameters = new ParameterBinding(instance.Connection, query.ParameterValues, query.Parameters);
                TaskInputs.CreateViews(instance.Connection, query.Inputs, parameters, cancellation);
                return new QueryRun(pool, instance, key, query, parameters, output);
            }
            catch
            {
                pool.Return(instance);
                throw;
            }
        }
        catch
        {
            Delete(output);
            throw;
        }
    }

    /// <summary>The query was read to its end: the instance is as it was before. One of a query that failed, or was left in the middle, is not used again.</summary>
    public void MarkAsFound() => _isAsFound = true;

    public void Dispose()
    {
        if (_isAsFound && _key is not null)
            _pool.Keep(_key, _instance);
        else
            _pool.Return(_instance, mayWait: !_holdsRows);
        Delete(OutputDirectory);
    }

    private static void Delete(string? folder)
    {
        if (folder is not null && Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
