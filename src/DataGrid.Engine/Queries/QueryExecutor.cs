using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Sql;
using DataGrid.DuckDb;
using DataGrid.Engine.Binding;
using DataGrid.Engine.Sessions;
using DataGrid.Engine.SqlGate;
using DataGrid.Engine.Tasks;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Queries;

/// <summary>Runs ad-hoc queries: past the gate, in a locked instance that is theirs or their session's, streaming. Nothing of a result is kept in memory but the chunk at hand.</summary>
public sealed class QueryExecutor : IQueryExecutor, IDisposable
{
    private readonly InstancePool _pool;
    private readonly ScratchBinder _binder = new();
    private readonly Lock _binding = new();

    /// <summary>An executor on a pool that stays the caller's.</summary>
    public QueryExecutor(InstancePool pool) => _pool = pool;

    /// <inheritdoc/>
    public QueryAnalysis Analyze(string sql)
    {
        ArgumentNullException.ThrowIfNull(sql);
        var source = new SqlSource(sql);
        // Which datasets exist is the caller's to know: first all names are read, then the rest is judged as if they existed.
        var parsed = _binder.Gate.Parse(source);
        var named = parsed.Reading?.Datasets ?? [];
        var judged = _binder.Gate.Judge(parsed, source, new SqlGateContext { Purpose = SqlPurpose.Query, Datasets = named.ToHashSet() });
        return new QueryAnalysis(named, judged.Reading?.ParameterNames ?? [], judged.Problems);
    }

    /// <inheritdoc/>
    public Task<QueryOutcome> WriteAsync(QuerySpec query, QueryFormat format, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(output);
        return format == QueryFormat.Parquet
            ? RunAsync(query, async (run, binding) =>
                await WholeFile.TryCopyAsync(run, query, output, cancellationToken).ConfigureAwait(false) ?? await ParquetResult.WriteAsync(run, binding, query.MaxRows, output, cancellationToken).ConfigureAwait(false), needsOutput: true, cancellationToken)
            : RunAsync(query, (run, binding) => StreamAsync(run, query, binding, RowEncoder.For(format, output), cancellationToken), needsOutput: false, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<QueryOutcome> ReadTextAsync(
        QuerySpec query, Action<ImmutableArray<ColumnSpec>, IReadOnlyList<string?[]>> onRows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(onRows);
        return RunAsync(query, (run, binding) => StreamAsync(run, query, binding, new TextBatches(onRows), cancellationToken), needsOutput: false, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _binder.Dispose();

    /// <summary>All of it off the caller's thread, in one hop: what is handed from thread to thread waits for the engine's own threads at every turn.</summary>
    private Task<QueryOutcome> RunAsync(QuerySpec query, Func<QueryRun, SqlBinding, Task<QueryOutcome>> work, bool needsOutput, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            try
            {
                var binding = Bind(query);
                if (!binding.Passes)
                    return new QueryOutcome([], 0, false, binding.Problems[0]);
                using var run = QueryRun.Open(_pool, query, needsOutput, cancellation);
                return await work(run, binding).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                return new QueryOutcome([], 0, false, Describe(query, failure));
            }
        },
        cancellation);

    /// <summary>Datasets are declared as this query pins them, so two queries take turns.</summary>
    private SqlBinding Bind(QuerySpec query)
    {
        lock (_binding)
        {
            foreach (var input in query.Inputs)
                _binder.Declare(input.Name, input.Columns);
            return _binder.Bind(new SqlBindRequest
            {
                Source = new SqlSource(query.Sql),
                Purpose = SqlPurpose.Query,
                Datasets = [.. query.Inputs.Select(i => i.Name)],
                ParameterTypes = query.Parameters.ToDictionary(p => p.Name, p => p.Type, StringComparer.OrdinalIgnoreCase),
                NeedsLineage = false,
            });
        }
    }

    private static async Task<QueryOutcome> StreamAsync(QueryRun run, QuerySpec query, SqlBinding binding, IRowSink sink, CancellationToken cancellation)
    {
        using var result = StatementRunner.Query(run.Connection, run.Sql, run.Parameters, cancellation, streaming: true);
        ImmutableArray<ColumnSpec> columns = [.. result.Columns.Select(c => new ColumnSpec { Name = c.Name, Type = c.Type.Sql })];
        var (rows, isTruncated) = (0L, false);
        await sink.BeginAsync(result.Columns, cancellation).ConfigureAwait(false);
        try
        {
            while (!isTruncated && result.ReadChunk(cancellation) is { } chunk)
            {
                using (chunk)
                {
                    var left = (query.MaxRows ?? long.MaxValue) - rows;
                    isTruncated = chunk.RowCount > left;
                    var count = (int)Math.Min(left, chunk.RowCount);
                    await sink.WriteAsync(chunk, count, cancellation).ConfigureAwait(false);
                    rows += count;
                }
            }
        }
        catch (DuckDbException failure)
        {
            // What was sent stays sent; the outcome says that it is not all.
            return new QueryOutcome(columns, rows, false, Describe(query, failure));
        }
        await sink.EndAsync(cancellation).ConfigureAwait(false);
        if (!isTruncated)
            run.MarkAsFound();
        return new QueryOutcome(columns, rows, isTruncated, null);
    }

    private static Problem Describe(QuerySpec query, Exception failure)
    {
        var tables = query.Inputs.Where(i => i.Form == TaskInputForm.Table).SelectMany(i => i.Files).Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        var problem = new Problems("", SqlSource.NoFile, [.. query.Inputs.SelectMany(i => i.Files)], tables).Of(failure);
        return string.IsNullOrEmpty(problem.Dataset) ? problem with { Dataset = null } : problem;
    }
}
