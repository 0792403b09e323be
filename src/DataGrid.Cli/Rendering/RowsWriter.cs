using DataGrid.Contracts.Datasets;

namespace DataGrid.Cli.Rendering;

/// <summary>Shows a query's rows: a table for people, JSON for scripts.</summary>
internal static class RowsWriter
{
    public static async Task<int> WriteAsync(CommandContext context, IQueryExecutor executor, QuerySpec spec, CancellationToken stop)
    {
        var outcome = context.IsJson
            ? await WriteBytesAsync(context.Terminal.OpenOutput(), executor, spec, QueryFormat.Json, stop).ConfigureAwait(false)
            : await WriteTableAsync(context.Terminal, executor, spec, stop).ConfigureAwait(false);
        return outcome.Problem is { } problem ? context.Fail(problem) : 0;
    }

    public static async Task<QueryOutcome> WriteTableAsync(Terminal terminal, IQueryExecutor executor, QuerySpec spec, CancellationToken stop)
    {
        TextTable? table = null;
        var outcome = await executor.ReadTextAsync(spec, (columns, rows) =>
        {
            table ??= TextTable.OfColumns(columns);
            foreach (var row in rows) table.Add(row);
        }, stop).ConfigureAwait(false);
        if (outcome.Problem is not null) return outcome;
        table ??= TextTable.OfColumns(outcome.Columns);
        table.Write(terminal.Out, terminal.HasColor);
        await WriteCountAsync(terminal, outcome.Rows, outcome.IsTruncated).ConfigureAwait(false);
        return outcome;
    }

    /// <summary>Says how many rows there were.</summary>
    public static Task WriteCountAsync(Terminal terminal, long rows, bool isTruncated) =>
        terminal.Error.WriteLineAsync($"({Humane.Count(rows, "row")}{(isTruncated ? "; there are more (--limit 0 shows all)" : "")})");

    public static async Task<QueryOutcome> WriteBytesAsync(Stream output, IQueryExecutor executor, QuerySpec spec, QueryFormat format, CancellationToken stop)
    {
        await using (output.ConfigureAwait(false))
        {
            var outcome = await executor.WriteAsync(spec, format, output, stop).ConfigureAwait(false);
            await output.FlushAsync(stop).ConfigureAwait(false);
            return outcome;
        }
    }
}
