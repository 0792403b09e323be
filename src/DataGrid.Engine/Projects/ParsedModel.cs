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
/// <param name="Text">Its text, parsed.</param>
internal sealed record ParsedModel(ModelDraft Draft, SqlSource Source, ImmutableArray<GraphEdge> Edges, ImmutableArray<DatasetName> Reads, ParsedText Text)
{
    public DatasetName Name => Draft.Name;

    /// <summary>The SQL of a <c>query</c> check or predicate and where it stands; only its start is right where YAML changed the text.</summary>
    public static SqlSource SourceOf(CheckDraft check)
    {
        var sql = check.Sql ?? throw new InvalidOperationException("this check has no SQL");
        return new SqlSource(sql.Value, sql.Source.File, sql.Spot.Line, sql.Spot.Column);
    }

    /// <summary>Parses a model and its checks. What is wrong with them is reported when they are bound.</summary>
    public static ParsedModel Parse(SelectGate gate, ModelDraft model)
    {
        var source = new SqlSource(model.File.Text, model.File.File);
        var edges = ImmutableArray.CreateBuilder<GraphEdge>();
        var text = gate.Parse(source);
        var uses = Tables(text);
        foreach (var use in uses)
            if (use.Dataset is { } dataset) edges.Add(new GraphEdge(model.Name, dataset, model.File, model.File.SpotAt(use.Index ?? model.SqlStart)));
        foreach (var check in model.Checks)
        {
            if (check.ReferencedDataset is { } referenced) edges.Add(new GraphEdge(model.Name, referenced.Value, model.File, referenced.Spot));
            if (check.Kind != CheckKind.Sql) continue;
            foreach (var use in Tables(gate.Parse(SourceOf(check))))
                if (use.Dataset is { } dataset && dataset != model.Name) edges.Add(new GraphEdge(model.Name, dataset, model.File, check.SpotInSql(use.Index ?? 0)));
        }
        return new ParsedModel(model, source, edges.DrainToImmutable(), [.. uses.Select(static use => use.Dataset).OfType<DatasetName>().Distinct()], text);
    }

    /// <summary>Tables named in a text; none when it is no SQL.</summary>
    private static ImmutableArray<SqlTableUse> Tables(ParsedText text) => text.Reading?.Tables ?? [];
}
