using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using DataGrid.Core.Pipelines.Keys;

namespace DataGrid.Core.Tests.Pipelines;

/// <summary>The parser reads by the key table and throws when it forgets a key of it or asks for one that it has not, so a schema equal to the table is
/// equal to the parser. DATAGRID_ACCEPT=1 writes the file.</summary>
public sealed class SchemaTests
{
    [Fact]
    public void The_schema_for_editors_knows_exactly_the_keys_that_the_parser_knows()
    {
        var path = Path.Combine(Root(), "docs", "datagrid.schema.json");
        if (Environment.GetEnvironmentVariable("DATAGRID_ACCEPT") == "1") File.WriteAllText(path, SchemaWriter.Write());

        Assert.Equal(SchemaWriter.Write(), File.ReadAllText(path));
    }

    [Fact]
    public void The_schema_describes_every_key_and_refers_only_to_what_it_defines()
    {
        var schema = JsonNode.Parse(SchemaWriter.Write())!.AsObject();
        var definitions = schema["$defs"]!.AsObject();
        var seen = 0;
        Walk(schema);
        Assert.True(seen > 40);

        void Walk(JsonNode? node)
        {
            if (node is JsonArray list)
            {
                foreach (var item in list) Walk(item);
            }
            else if (node is JsonObject item)
            {
                if (item["$ref"] is { } reference) Assert.True(definitions.ContainsKey(reference.GetValue<string>()["#/$defs/".Length..]));
                if (item["properties"] is JsonObject properties)
                {
                    foreach (var (key, property) in properties)
                    {
                        seen++;
                        Assert.False(string.IsNullOrWhiteSpace(property!["description"]?.GetValue<string>()), key);
                    }
                }
                foreach (var (_, child) in item) Walk(child);
            }
        }
    }

    private static string Root([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "DataGrid.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("the solution's folder was not found");
    }
}
