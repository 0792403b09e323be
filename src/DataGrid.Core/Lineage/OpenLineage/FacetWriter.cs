using System.Text.Encodings.Web;
using System.Text.Json;

namespace DataGrid.Core.Lineage.OpenLineage;

/// <summary>Writes one event: the envelope, and facets with their producer and schema.</summary>
internal sealed class FacetWriter : IDisposable
{
    private const string Spec = "https://openlineage.io/spec/";

    // Events are JSON lines for machines: SQL stays readable, nothing is embedded into HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The published versions of the facets that are used here.</summary>
    private static readonly Dictionary<string, (string Version, string Type)> Facets = new(StringComparer.Ordinal)
    {
        ["parent"] = ("1-2-0", "ParentRunFacet"),
        ["nominalTime"] = ("1-0-1", "NominalTimeRunFacet"),
        ["processing_engine"] = ("1-1-1", "ProcessingEngineRunFacet"),
        ["errorMessage"] = ("1-0-1", "ErrorMessageRunFacet"),
        ["executionParameters"] = ("1-0-0", "ExecutionParametersRunFacet"),
        ["jobType"] = ("2-0-4", "JobTypeJobFacet"),
        ["sql"] = ("1-1-0", "SQLJobFacet"),
        ["schema"] = ("1-2-0", "SchemaDatasetFacet"),
        ["dataSource"] = ("1-0-1", "DatasourceDatasetFacet"),
        ["version"] = ("1-0-1", "DatasetVersionDatasetFacet"),
        ["columnLineage"] = ("1-2-0", "ColumnLineageDatasetFacet"),
        ["documentation"] = ("1-1-0", "DocumentationDatasetFacet"),
        ["ownership"] = ("1-0-1", "OwnershipDatasetFacet"),
        ["job documentation"] = ("1-1-0", "DocumentationJobFacet"),
        ["job ownership"] = ("1-0-1", "OwnershipJobFacet"),
        ["dataQualityAssertions"] = ("1-1-0", "DataQualityAssertionsDatasetFacet"),
        ["dataQualityMetrics"] = ("1-0-0", "DataQualityMetricsDatasetFacet"),
        ["outputStatistics"] = ("1-0-2", "OutputStatisticsOutputDatasetFacet"),
        ["inputStatistics"] = ("1-0-0", "InputStatisticsInputDatasetFacet"),
    };

    private readonly MemoryStream _stream = new();
    private readonly string _producer;

    public FacetWriter(string producer)
    {
        _producer = producer;
        Json = new Utf8JsonWriter(_stream, Options);
    }

    public Utf8JsonWriter Json { get; }

    public void Object(string name, Action content)
    {
        Json.WriteStartObject(name);
        content();
        Json.WriteEndObject();
    }

    public void Array<T>(string name, IEnumerable<T> items, Action<T> item)
    {
        Json.WriteStartArray(name);
        foreach (var each in items)
        {
            Json.WriteStartObject();
            item(each);
            Json.WriteEndObject();
        }
        Json.WriteEndArray();
    }

    /// <summary>Writes a facet. A name that means other things on a job and on a dataset is given as <c>job name</c> for a job.</summary>
    public void Facet(string key, Action content) => Object(key[(key.IndexOf(' ', StringComparison.Ordinal) + 1)..], () =>
    {
        var (version, type) = Facets[key];
        Json.WriteString("_producer", _producer);
        Json.WriteString("_schemaURL", $"{Spec}facets/{version}/{type}.json#/$defs/{type}");
        content();
    });

    public void Envelope(string type, DateTimeOffset at)
    {
        Json.WriteString("eventType", type);
        Json.WriteString("eventTime", at.UtcDateTime);
        Json.WriteString("producer", _producer);
        Json.WriteString("schemaURL", Spec + "2-0-2/OpenLineage.json#/$defs/RunEvent");
    }

    public string Finish()
    {
        Json.Flush();
        return System.Text.Encoding.UTF8.GetString(_stream.GetBuffer(), 0, (int)_stream.Length);
    }

    public void Dispose()
    {
        Json.Dispose();
        _stream.Dispose();
    }
}
