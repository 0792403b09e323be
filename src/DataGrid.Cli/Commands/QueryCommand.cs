using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Remote;
using DataGrid.Cli.Rendering;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid query SQL</c>: one SELECT over the datasets of a workspace.</summary>
internal sealed class QueryCommand : ICommandDefinition
{
    /// <summary>Rows that a table on the screen shows unless told otherwise.</summary>
    private const long DefaultTableRows = 1000;

    private readonly Argument<string?> _sql = new("SQL")
    {
        Description = "One SELECT in DuckDB's dialect; '-' or nothing reads it from standard input",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string> _format = new("--format", "-f")
    {
        Description = "How to write rows: table, csv, json, ndjson or parquet",
        HelpName = "FORMAT",
        DefaultValueFactory = static _ => "table",
    };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Write to a file", HelpName = "FILE" };
    private readonly Option<string[]> _versions = new("--version-of", "--version") { Description = "Read a dataset as it was", HelpName = "NAME=N" };
    private readonly Option<string[]> _times = new("--as-of") { Description = "Read a dataset as it was at a time (UTC unless it says otherwise)", HelpName = "NAME=TIME" };
    private readonly Option<string[]> _parameters = ParameterOption.Create();
    private readonly Option<long?> _limit = new("--limit", "-n") { Description = "At most this many rows; 0 for all [default: 1000 for a table, all otherwise]", HelpName = "ROWS" };

    public IReadOnlyList<string> Examples =>
    [
        "datagrid query \"from gold.scorecard order by late_share limit 10\"",
        "datagrid query \"from silver.orders\" --version silver.orders=3",
        "datagrid query \"from silver.flights\" --format parquet --output flights.parquet",
        "datagrid query --format csv < report.sql > report.csv",
    ];

    public Command Build(ActionWrapper wrap)
    {
        _format.AcceptOnlyFromAmong("table", "csv", "json", "ndjson", "parquet");
        var command = ServerOption.AddTo(new Command("query", "Run one SELECT over the datasets") { _sql, _format, _output, _versions, _times, _parameters, _limit });
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var sql = context.GetOptional(_sql);
        if (sql is null or "-") sql = await Console.In.ReadToEndAsync(stop).ConfigureAwait(false);
        var format = context.IsJson && !context.Has(_format) ? "json" : context.Get(_format)!;
        var limit = context.Get(_limit);
        if (limit < 0) throw Usage("--limit is negative", "give 0 for all rows");
        var request = new QueryRequest
        {
            Sql = sql,
            Versions = ParseVersions(context.Get(_versions)),
            Times = ParseTimes(context.Get(_times)),
            Parameters = ParameterOption.Parse(context.Get(_parameters)),
            MaxRows = limit switch { 0 => null, null => format == "table" ? DefaultTableRows : null, _ => limit },
        };
        if (RemoteServer.IsAsked(context))
        {
            return await RemoteServer.RunAsync(context, server => format == "table"
                ? RemoteQuery.TableAsync(context, server, request, stop)
                : RemoteQuery.BytesAsync(server, request, FormatOf(format), OpenOutput(context, FormatOf(format)), stop)).ConfigureAwait(false);
        }
        using var reader = Services.OpenReader(Root.ForReading(context));
        var engine = Services.OpenEngine(reader);
        await using (engine.ConfigureAwait(false))
        {
            using var plan = await engine.PlanAsync(request, stop).ConfigureAwait(false);
            if (plan.Spec is not { } spec) return context.Fail(plan.Problems);
            var outcome = format == "table"
                ? await RowsWriter.WriteTableAsync(context.Terminal, engine.Executor, spec, stop).ConfigureAwait(false)
                : await WriteBytesAsync(context, engine.Executor, spec, format, stop).ConfigureAwait(false);
            return outcome.Problem is { } problem ? context.Fail(problem) : 0;
        }
    }

    private async Task<QueryOutcome> WriteBytesAsync(CommandContext context, IQueryExecutor executor, QuerySpec spec, string format, CancellationToken stop)
    {
        var parsed = FormatOf(format);
        return await RowsWriter.WriteBytesAsync(OpenOutput(context, parsed), executor, spec, parsed, stop).ConfigureAwait(false);
    }

    private static QueryFormat FormatOf(string format) => Enum.Parse<QueryFormat>(format, ignoreCase: true);

    private Stream OpenOutput(CommandContext context, QueryFormat parsed)
    {
        var file = context.Get(_output);
        if (file is null && parsed == QueryFormat.Parquet && context.Terminal.IsInteractive)
            throw Usage("Parquet is not for a screen", "give --output FILE, or redirect the output");
        return file is null ? context.Terminal.OpenOutput() : File.Create(file);
    }

    private static ImmutableSortedDictionary<DatasetName, long> ParseVersions(string[]? texts)
    {
        var versions = ImmutableSortedDictionary.CreateBuilder<DatasetName, long>();
        foreach (var text in texts ?? [])
        {
            var split = text.LastIndexOf('=');
            if (split < 1 || !long.TryParse(text.AsSpan(split + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
                throw Usage($"'{text}' is not NAME=N", "write for example --version silver.orders=3");
            versions[CommandContext.ParseDataset(text[..split])] = version;
        }
        return versions.ToImmutable();
    }

    private static ImmutableSortedDictionary<DatasetName, DateTimeOffset> ParseTimes(string[]? texts)
    {
        var times = ImmutableSortedDictionary.CreateBuilder<DatasetName, DateTimeOffset>();
        foreach (var text in texts ?? [])
        {
            var split = text.IndexOf('=', StringComparison.Ordinal);
            if (split < 1 || !DateTimeOffset.TryParse(text.AsSpan(split + 1), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                throw Usage($"'{text}' is not NAME=TIME", "write for example --as-of silver.orders=2024-05-06T12:00:00Z");
            times[CommandContext.ParseDataset(text[..split])] = time;
        }
        return times.ToImmutable();
    }

    private static DataGridException Usage(string message, string help) => new(new Problem { Code = ErrorCodes.UsageInvalid, Message = message, Help = help });
}
