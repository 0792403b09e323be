using System.Collections.Concurrent;
using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Quality;
using DataGrid.Core.Pipelines.Drafts;
using DataGrid.Core.Pipelines.Graph;
using DataGrid.Core.Sql;
using DataGrid.Engine.SqlGate;

namespace DataGrid.Engine.Projects;

/// <summary>A model whose SQL has been parsed, not yet judged or bound: enough to know what it reads.</summary>
/// <param name="Draft">The model.</param>
/// <param name="Source">Its text with places.</param>
/// <param name="Edges">What it reads and where, its checks included; itself in a <c>query</c> check left out.</param>
/// <param name="Reads">What its SQL reads, distinct, in the order of first mention.</param>
internal sealed record ParsedModel(ModelDraft Draft, SqlSource Source, ImmutableArray<GraphEdge> Edges, ImmutableArray<DatasetName> Reads)
{
    public DatasetName Name => Draft.Name;

    /// <summary>The SQL of a <c>query</c> check or predicate and where it stands; only its start is right where YAML changed the text.</summary>
    public static SqlSource SourceOf(CheckDraft check)
    {
        var sql = check.Sql ?? throw new InvalidOperationException("this check has no SQL");
        return new SqlSource(sql.Value, sql.Source.File, sql.Spot.Line, sql.Spot.Column);
    }

    /// <summary>Parses all models, on several threads: the engine's parser takes turns, so each thread has its own.</summary>
    public static ImmutableArray<ParsedModel> ParseAll(ImmutableArray<ModelDraft> models, CancellationToken cancellationToken)
    {
        const int perParser = 100;
        var parsers = new ConcurrentBag<SqlParser>();
        var parsed = new ParsedModel[models.Length];
        try
        {
            var threads = Math.Clamp(models.Length / perParser, 1, Environment.ProcessorCount);
            Parallel.For(0, models.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, i =>
            {
                var parser = parsers.TryTake(out var free) ? free : new SqlParser();
                parsed[i] = Parse(parser, models[i]);
                parsers.Add(parser);
            });
            return [.. parsed];
        }
        finally
        {
            foreach (var parser in parsers) parser.Dispose();
        }
    }

    private static ParsedModel Parse(SqlParser parser, ModelDraft model)
    {
        var source = new SqlSource(model.File.Text, model.File.File);
        var edges = ImmutableArray.CreateBuilder<GraphEdge>();
        var uses = Tables(parser, source);
        foreach (var use in uses)
            if (use.Dataset is { } dataset) edges.Add(new GraphEdge(model.Name, dataset, model.File, model.File.SpotAt(use.Index ?? model.SqlStart)));
        foreach (var check in model.Checks)
        {
            if (check.ReferencedDataset is { } referenced) edges.Add(new GraphEdge(model.Name, referenced.Value, model.File, referenced.Spot));
            if (check.Kind != CheckKind.Sql) continue;
            foreach (var use in Tables(parser, SourceOf(check)))
                if (use.Dataset is { } dataset && dataset != model.Name) edges.Add(new GraphEdge(model.Name, dataset, model.File, check.SpotInSql(use.Index ?? 0)));
        }
        return new ParsedModel(model, source, edges.DrainToImmutable(), [.. uses.Select(static use => use.Dataset).OfType<DatasetName>().Distinct()]);
    }

    /// <summary>Tables named in a text; none when it is no SQL, which is reported when it is bound.</summary>
    private static ImmutableArray<SqlTableUse> Tables(SqlParser parser, SqlSource source)
    {
        // The gate refuses what is too long or has NUL in it before any parser sees it; so does this.
        if (source.Text.Length > new SqlGateOptions().MaxTextBytes || source.Text.Contains('\0', StringComparison.Ordinal)) return [];
        var tree = parser.Parse(source.Text);
        return tree.Error is null ? SqlTreeReader.Read(tree.Root, source).Tables : [];
    }
}
