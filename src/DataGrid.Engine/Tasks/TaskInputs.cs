using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Sessions;
using DataGrid.Engine.Tasks.Inputs;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks;

/// <summary>Opens an instance in which a task's inputs are readable under their names, and nothing else is.</summary>
internal static class TaskInputs
{
    /// <param name="pool">Where instances come from.</param>
    /// <param name="limits">What the task may use.</param>
    /// <param name="inputs">Its inputs, views after what they read.</param>
    /// <param name="baseTable">The table that it changes; read by the files only.</param>
    /// <param name="outputDirectory">Where it may write.</param>
    /// <param name="keepsOrder">Whether rows must come in order.</param>
    /// <param name="cancellation">Stops opening.</param>
    public static LockedInstance Open(
        InstancePool pool, TaskLimits limits, IReadOnlyList<TaskInput> inputs, TaskInput? baseTable, string? outputDirectory, bool keepsOrder, CancellationToken cancellation)
    {
        var files = inputs.SelectMany(i => i.Files).Concat(baseTable?.Files ?? []);
        return pool.Rent(new InstanceSetup
        {
            Limits = limits,
            // A path with pattern characters is opened by its escaped form.
            ReadableFiles = [.. files.SelectMany(f => new[] { f.Path, FilePattern.Of(f.Path) }).Distinct(StringComparer.Ordinal)],
            OutputDirectory = outputDirectory,
            Prepare = connection =>
            {
                // Keeping the order costs memory: 1 155 MB against 230 MB for one large copy.
                connection.Execute($"SET preserve_insertion_order = {(keepsOrder ? "true" : "false")}");
                foreach (var input in inputs.Where(i => i.Form != TaskInputForm.View))
                    InputView.Create(connection, input, pool.Options, cancellation);
            },
        });
    }

    /// <summary>Creates the views. Their SQL is the user's, so the instance is locked by now.</summary>
    /// <returns>Whether the rows of one had to be stored.</returns>
    public static bool CreateViews(DuckDbConnection connection, IReadOnlyList<TaskInput> inputs, ParameterBinding parameters, CancellationToken cancellation)
    {
        var hasStored = false;
        foreach (var view in inputs.Where(i => i.Form == TaskInputForm.View))
        {
            InputView.CreateSchema(connection, view.Name);
            var sql = SqlTail.WithoutTerminator(view.ViewSql ?? throw new InvalidOperationException($"The view {view.Name} has no SQL."));
            // A view cannot hold parameters: its rows are computed once instead.
            using var statement = connection.Prepare(sql, cancellation);
            var isStored = statement.ParameterCount > 0;
            hasStored |= isStored;
            var kind = isStored ? "TABLE" : "VIEW";
            StatementRunner.Execute(connection, ComposedSql.Around($"CREATE {kind} {InputView.Quote(view.Name)} AS ", sql, ""), parameters, cancellation);
        }
        return hasStored;
    }
}
