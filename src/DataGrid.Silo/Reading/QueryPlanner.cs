using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Errors;
using DataGrid.Core.Runs;
using DataGrid.Core.Sql;
using DataGrid.Storage.Catalog;

namespace DataGrid.Silo.Reading;

/// <summary>Pins what an ad-hoc query reads.</summary>
public sealed class QueryPlanner(WorkspaceReader reader, ISourceFiles sourceFiles, IQueryExecutor executor, TaskLimits limits)
{
    /// <summary>Checks a query and pins its inputs. Mistakes are answered, not thrown.</summary>
    public async Task<QueryPlan> PlanAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var analysis = executor.Analyze(request.Sql);
        if (!analysis.Problems.IsEmpty) return new QueryPlan(null, analysis.Problems);
        if (request.Versions.Keys.Concat(request.Times.Keys).FirstOrDefault(name => !analysis.Reads.Contains(name)) is { Namespace: not null } unread)
            return Refuse(ErrorCodes.UsageInvalid, $"a version of {unread} is asked for, but the query does not read it", "name a dataset that stands in the query");
        try
        {
            var pinner = new DatasetPinner(reader.Tables, sourceFiles, null, reader.PipelinesAsync);
            foreach (var name in analysis.Reads)
            {
                var version = await VersionAsync(request, name, cancellationToken).ConfigureAwait(false);
                if (await pinner.AddAsync(name, version, cancellationToken).ConfigureAwait(false) is { } problem) return new QueryPlan(null, [problem]);
            }
            var closure = TaskInputs.Closure(analysis.Reads, pinner.Inputs);
            return closure.Missing is { } missing
                ? new QueryPlan(null, [await UnknownAsync(missing, cancellationToken).ConfigureAwait(false)])
                : new QueryPlan(SpecOf(request, analysis.Reads, closure.Inputs), []);
        }
        catch (Exception fault) when (fault is DataGridException or IOException)
        {
            return new QueryPlan(null, [FaultProblems.From(fault)]);
        }
    }

    private async Task<long?> VersionAsync(QueryRequest request, DatasetName name, CancellationToken cancellationToken)
    {
        if (request.Versions.TryGetValue(name, out var version)) return version;
        if (!request.Times.TryGetValue(name, out var time)) return null;
        return (await reader.Tables.Open(name).ReadAsOfAsync(time, cancellationToken).ConfigureAwait(false)).Version;
    }

    private QuerySpec SpecOf(QueryRequest request, ImmutableArray<DatasetName> reads, ImmutableArray<TaskInput> inputs) => new()
    {
        Sql = request.Sql,
        Inputs = inputs,
        ParameterValues = request.Parameters,
        Limits = limits,
        MaxRows = request.MaxRows,
        // What was brought of a remote file may be a part of it.
        IsWholeDataset = reads is [var one] && WholeDataset.IsAskedBy(request.Sql, one) && !reader.Tables.IsRemote,
        // The copies of remote files come and go under their names.
        Session = reader.Tables.IsRemote ? null : request.Session,
    };

    private async Task<Problem> UnknownAsync(Problem missing, CancellationToken cancellationToken)
    {
        var names = (await reader.ListAsync(cancellationToken).ConfigureAwait(false)).Select(static summary => summary.Name.ToString());
        var nearest = Core.Pipelines.NearestName.Find(missing.Dataset!, names);
        return missing with
        {
            Message = $"there is no dataset {missing.Dataset}",
            Help = nearest is null ? "'datagrid datasets' lists what there is" : $"did you mean {nearest}?",
        };
    }

    private static QueryPlan Refuse(string code, string message, string help) => new(null, [new Problem { Code = code, Message = message, Help = help }]);
}
