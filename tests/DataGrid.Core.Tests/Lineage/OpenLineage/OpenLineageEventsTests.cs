using System.Text.Json;

namespace DataGrid.Core.Tests.Lineage.OpenLineage;

public sealed class OpenLineageEventsTests
{
    [Theory]
    [MemberData(nameof(OpenLineageSamples.Names), MemberType = typeof(OpenLineageSamples))]
    public void An_event_is_one_line_with_the_envelope_that_the_specification_asks_for(string name)
    {
        var text = OpenLineageSamples.All[name];
        Assert.DoesNotContain('\n', text);
        var root = Parse(name);
        Assert.Equal(name.Split('-')[1].ToUpperInvariant(), root.GetProperty("eventType").GetString());
        Assert.True(Guid.TryParse(root.GetProperty("run").GetProperty("runId").GetString(), out _));
        Assert.Equal("datagrid://default", root.GetProperty("job").GetProperty("namespace").GetString());
        Assert.EndsWith("Z", root.GetProperty("eventTime").GetString(), StringComparison.Ordinal);
        AssertFacets(root);
    }

    [Fact]
    public void A_step_names_its_run_as_parent_and_both_ids_are_the_same_in_every_process()
    {
        var parent = Parse("step-complete").GetProperty("run").GetProperty("facets").GetProperty("parent");
        Assert.Equal(Parse("run-start").GetProperty("run").GetProperty("runId").GetString(), parent.GetProperty("run").GetProperty("runId").GetString());
        Assert.Equal("548824c7-29f1-8b30-a0d1-1dc9b8fe4e24", parent.GetProperty("run").GetProperty("runId").GetString());
        Assert.NotEqual(Parse("step-start").GetProperty("run").GetProperty("runId").GetString(), parent.GetProperty("run").GetProperty("runId").GetString());
    }

    [Fact]
    public void Column_lineage_tells_values_from_what_decides_about_rows()
    {
        var facet = Parse("step-complete").GetProperty("outputs")[0].GetProperty("facets").GetProperty("columnLineage");
        var delay = facet.GetProperty("fields").GetProperty("delay").GetProperty("inputFields");
        Assert.Equal(1, delay.GetArrayLength());
        Assert.Equal("delay", delay[0].GetProperty("field").GetString());
        Assert.Equal("DIRECT", delay[0].GetProperty("transformations")[0].GetProperty("type").GetString());
        Assert.Equal("AGGREGATION", delay[0].GetProperty("transformations")[0].GetProperty("subtype").GetString());
        var rows = facet.GetProperty("dataset");
        Assert.Equal(["day FILTER", "origin GROUP_BY"], rows.EnumerateArray().Select(static row => $"{row.GetProperty("field")} {row.GetProperty("transformations")[0].GetProperty("subtype")}"));
        Assert.All(rows.EnumerateArray(), static row => Assert.Equal("INDIRECT", row.GetProperty("transformations")[0].GetProperty("type").GetString()));
    }

    [Fact]
    public void A_finished_step_says_what_it_wrote_checked_and_held_back()
    {
        var outputs = Parse("step-complete").GetProperty("outputs");
        var facets = outputs[0].GetProperty("facets");
        Assert.Equal("7", facets.GetProperty("version").GetProperty("datasetVersion").GetString());
        Assert.Equal(300, outputs[0].GetProperty("outputFacets").GetProperty("outputStatistics").GetProperty("rowCount").GetInt64());
        var assertion = facets.GetProperty("dataQualityAssertions").GetProperty("assertions")[0];
        Assert.False(assertion.GetProperty("success").GetBoolean());
        Assert.Equal("delay < 1440", assertion.GetProperty("content").GetString());
        Assert.Equal(-12.5, facets.GetProperty("dataQualityMetrics").GetProperty("columnMetrics").GetProperty("delay").GetProperty("min").GetDouble());
        Assert.False(facets.GetProperty("dataQualityMetrics").GetProperty("columnMetrics").GetProperty("origin").TryGetProperty("max", out _));
        Assert.Equal("silver.flights__quarantine", outputs[1].GetProperty("name").GetString());
        Assert.Equal(2, outputs[1].GetProperty("outputFacets").GetProperty("outputStatistics").GetProperty("rowCount").GetInt64());
    }

    [Fact]
    public void A_failure_says_where_and_what_to_do()
    {
        var message = Parse("step-fail").GetProperty("run").GetProperty("facets").GetProperty("errorMessage").GetProperty("message").GetString();
        Assert.Equal("models/silver/flights.sql:3:8: a row is bad (mend it)", message);
    }

    /// <summary>Set <c>DATAGRID_OPENLINEAGE_SCHEMAS</c> to the <c>spec</c> folder of an OpenLineage checkout: the published schemas are not copied into this
    /// repository. Without it this test checks that every sample is at least JSON that names a published schema.</summary>
    [Theory]
    [MemberData(nameof(OpenLineageSamples.Names), MemberType = typeof(OpenLineageSamples))]
    public void An_event_is_valid_against_the_published_schemas(string name)
    {
        var root = Parse(name);
        Assert.StartsWith("https://openlineage.io/spec/2-0-2/OpenLineage.json#", root.GetProperty("schemaURL").GetString(), StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("DATAGRID_OPENLINEAGE_SCHEMAS") is not { Length: > 0 } folder) return;
        var schemas = new MiniJsonSchema();
        foreach (var file in Directory.EnumerateFiles(folder, "OpenLineage.json").Concat(Directory.EnumerateFiles(Path.Combine(folder, "facets"), "*.json"))) schemas.Add(File.ReadAllText(file));
        Assert.Empty(schemas.Validate(root, "https://openlineage.io/spec/2-0-2/OpenLineage.json"));
        foreach (var (path, facet) in Facets(root, "$"))
        {
            var errors = schemas.Validate(facet, facet.GetProperty("_schemaURL").GetString()!);
            Assert.True(errors.Count == 0, $"{path}: {string.Join("; ", errors)}");
        }
    }

    [Fact]
    public void The_validator_of_these_tests_sees_mistakes()
    {
        var schemas = new MiniJsonSchema();
        schemas.Add("""{ "$id": "s", "type": "object", "properties": { "id": { "type": "string", "format": "uuid" }, "n": { "type": "integer", "minimum": 1 } }, "required": ["id"], "additionalProperties": false }""");
        Assert.Empty(schemas.Validate(Json("""{ "id": "7ab56a60-6d93-8a83-8fb4-99b2a6c16c8f", "n": 1 }"""), "s"));
        Assert.Equal(3, schemas.Validate(Json("""{ "id": "x", "n": 0, "more": 1 }"""), "s").Count);
        Assert.Single(schemas.Validate(Json("{}"), "s"));
    }

    private static JsonElement Parse(string name) => Json(OpenLineageSamples.All[name]);

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static void AssertFacets(JsonElement root) => Assert.All(Facets(root, "$"), static facet =>
    {
        Assert.StartsWith("urn:datagrid:", facet.Facet.GetProperty("_producer").GetString(), StringComparison.Ordinal);
        Assert.Contains("Facet.json#/$defs/", facet.Facet.GetProperty("_schemaURL").GetString(), StringComparison.Ordinal);
    });

    /// <summary>Every facet of an event: the members of every object called <c>…facets</c>.</summary>
    private static IEnumerable<(string Path, JsonElement Facet)> Facets(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Array) return element.EnumerateArray().SelectMany(item => Facets(item, path + "[]"));
        if (element.ValueKind != JsonValueKind.Object) return [];
        return element.EnumerateObject().SelectMany(member => member.Name.EndsWith("acets", StringComparison.Ordinal)
            ? member.Value.EnumerateObject().Select(facet => ($"{path}.{member.Name}.{facet.Name}", facet.Value))
            : Facets(member.Value, $"{path}.{member.Name}"));
    }
}
