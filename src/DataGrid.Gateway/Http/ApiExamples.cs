using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.Gateway.Datasets;
using DataGrid.Gateway.Lineage;

namespace DataGrid.Gateway.Http;

/// <summary>What the API's description says of parameters and bodies beyond their types.</summary>
internal static class ApiExamples
{
    /// <summary>What a parameter of the address means, an example, and its values where they are few.</summary>
    public sealed record ParameterText(string Description, string Example, IReadOnlyList<string>? Values = null);

    /// <summary>The parameters, by name: one name means the same everywhere.</summary>
    public static FrozenDictionary<string, ParameterText> Parameters { get; } = new Dictionary<string, ParameterText>
    {
        ["limit"] = new("At most this many items or rows.", "50"),
        ["cursor"] = new("'next' of the page before; left out for the first page.", "c2lsdmVyLm9yZGVycw"),
        ["pipeline"] = new("A pipeline's name.", "flights"),
        ["run"] = new("A run's id.", "20261120-131502-7f3a0c11"),
        ["dataset"] = new("A dataset: namespace.name.", "gold.scorecard"),
        ["key"] = new("The public part of a key.", "0123456789abcdef"),
        ["select"] = new("Which steps: name, +name with what it reads, name+ with what reads it; may be given more than once.", "+gold.scorecard"),
        ["status"] = new("Only runs that stand so.", "succeeded", ValuesOf<RunStatus>()),
        ["since"] = new("Only runs that began then or later; UTC unless it says otherwise.", "2026-11-20T00:00:00Z"),
        ["until"] = new("Only runs that began before.", "2026-11-21T00:00:00Z"),
        ["after"] = new("Only events after this number; a Last-Event-ID header means the same.", "12"),
        ["q"] = new("A piece of the name, description or owner.", "delay"),
        ["kind"] = new("Only datasets of this kind.", "table", ValuesOf<DatasetKind>()),
        ["namespace"] = new("Only datasets in this namespace.", "gold"),
        ["version"] = new("As of this version; the newest when it is left out.", "3"),
        ["format"] = new("The form of the result; else what Accept says.", "csv", ValuesOf<ResultFormat>()),
        ["target"] = new("A dataset or a column: namespace.name or namespace.name.column.", "gold.scorecard.late_share"),
        ["direction"] = new("Which way to walk; upstream when it is left out.", "upstream", ValuesOf<LineageDirection>()),
        ["depth"] = new("At most this many steps away, to 100.", "3"),
        ["from"] = new("Where the way begins: a dataset or a column.", "raw.flights.delay"),
        ["to"] = new("Where it ends: a dataset or a column, as the other.", "gold.scorecard.late_share"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Bodies = new Dictionary<string, string>
    {
        ["submitPipeline"] = """{"files": {"datagrid.yaml": "pipeline: tiny\n", "models/gold/numbers.sql": "select i from range(10) t(i)\n"}}""",
        ["startRun"] = """{"select": ["+gold.scorecard"], "fullRefresh": false, "parameters": {"since": "2001-03-01"}}""",
        ["cancelRun"] = """{"reason": "the source was wrong"}""",
        ["rollbackDataset"] = """{"version": 3, "dryRun": true}""",
        ["query"] = """{"sql": "from gold.scorecard where state = $state order by late_share limit 3", "parameters": {"state": "NY"}, "versions": {"gold.delay_by_airport": 0}}""",
        ["createKey"] = """{"name": "reports", "role": "viewer", "scopes": ["datasets", "query"], "expiresAt": "2027-01-01T00:00:00Z"}""",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>An example of an operation's body; null when it has none.</summary>
    public static JsonNode? BodyOf(string? operation) => operation is not null && Bodies.TryGetValue(operation, out var body) ? JsonNode.Parse(body) : null;

    /// <summary>An example of a problem.</summary>
    public static JsonNode Problem() => JsonNode.Parse("""
        {"type": "urn:datagrid:error:column_unknown", "title": "Column unknown", "status": 400, "detail": "there is no column 'late_shar' here", "instance": "/api/v1/query", "code": "column_unknown",
         "help": "did you mean late_share?", "file": "query", "line": 1, "column": 8, "excerpt": "select late_shar", "retry": "never", "requestId": "0HNQ78E9S71O6:00000001"}
        """)!;

    private static List<string> ValuesOf<T>() where T : struct, Enum => [.. Enum.GetNames<T>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
}
