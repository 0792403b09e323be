using DataGrid.Contracts.Errors;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Schema;

namespace DataGrid.Core.Tests.DeltaLog;

public sealed class SchemaTests
{
    [Theory]
    [InlineData("BOOLEAN", "boolean", null)]
    [InlineData("TINYINT", "byte", null)]
    [InlineData("SMALLINT", "short", null)]
    [InlineData("integer", "integer", null)]
    [InlineData("BIGINT", "long", null)]
    [InlineData("UTINYINT", "short", "SMALLINT")]
    [InlineData("UINTEGER", "long", "BIGINT")]
    [InlineData("UBIGINT", "decimal(20,0)", "DECIMAL(20,0)")]
    [InlineData("HUGEINT", "decimal(38,0)", "DECIMAL(38,0)")]
    [InlineData("DECIMAL(18,3)", "decimal(18,3)", null)]
    [InlineData("VARCHAR", "string", null)]
    [InlineData("UUID", "string", "VARCHAR")]
    [InlineData("ENUM('a', 'it''s (b)')", "string", "VARCHAR")]
    [InlineData("JSON", "string", "VARCHAR")]
    [InlineData("BLOB", "binary", null)]
    [InlineData("DATE", "date", null)]
    [InlineData("TIMESTAMP", "timestamp_ntz", null)]
    [InlineData("TIMESTAMP_MS", "timestamp_ntz", "TIMESTAMP")]
    [InlineData("TIMESTAMP WITH TIME ZONE", "timestamp", null)]
    [InlineData("TIMESTAMPTZ", "timestamp", null)]
    [InlineData("INTEGER[]", "array<integer>", null)]
    [InlineData("INTEGER[3]", "array<integer>", "INTEGER[]")]
    [InlineData("MAP(VARCHAR, DOUBLE[])", "map<string, array<double>>", null)]
    [InlineData("STRUCT(a INTEGER, \"b \"\"c\"\"\" VARCHAR[])", "struct<a: integer, b \"c\": array<string>>", null)]
    [InlineData("STRUCT(a UBIGINT)[]", "array<struct<a: decimal(20,0)>>", "STRUCT(\"a\" DECIMAL(20,0))[]")]
    public void A_DuckDB_type_becomes(string duckDb, string delta, string? castTo)
    {
        var mapping = DuckDbTypes.ToDelta(duckDb);

        Assert.Equal((delta, castTo, null), (mapping.Type?.ToString(), mapping.CastTo, mapping.Why));
        // What a table has reads back as a type that becomes the same again.
        Assert.Equal(mapping.Type, DuckDbTypes.ToDelta(DuckDbTypes.FromDelta(mapping.Type!)).Type);
        Assert.Equal(new StructType([new StructField { Name = "c", Type = mapping.Type! }]), SchemaJson.Parse(SchemaJson.Format(new StructType([new StructField { Name = "c", Type = mapping.Type! }]))));
    }

    [Theory]
    [InlineData("INTERVAL")]
    [InlineData("TIME")]
    [InlineData("TIMESTAMP_NS")]
    [InlineData("UHUGEINT")]
    [InlineData("BIT")]
    [InlineData("UNION(a INTEGER, b VARCHAR)")]
    [InlineData("STRUCT(a INTEGER, b TIME)[]")]
    public void A_type_that_a_table_cannot_hold_is_refused_with_a_reason(string duckDb)
    {
        var mapping = DuckDbTypes.ToDelta(duckDb);
        Assert.Null(mapping.Type);
        Assert.NotEmpty(mapping.Why!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("NOSUCH")]
    [InlineData("DECIMAL(39,1)")]
    [InlineData("DECIMAL(3,4)")]
    [InlineData("STRUCT(a INTEGER")]
    [InlineData("MAP(VARCHAR)")]
    [InlineData("INTEGER[")]
    [InlineData("INTEGER; DROP TABLE x")]
    public void What_is_no_type_is_no_type(string text) => Assert.Throws<FormatException>(() => DuckDbTypes.ToDelta(text));

    /// <summary>The table of changes: in the table, in the new data, and what follows under each policy.</summary>
    [Theory]
    [InlineData("a INTEGER", "a INTEGER", "same", "same")]
    [InlineData("a INTEGER", "A INTEGER", "same", "same")]
    [InlineData("a INTEGER", "a INTEGER|b DATE", "a: integer, b: date", "breaks b")]
    [InlineData("a INTEGER", "a BIGINT", "a: long", "breaks a")]
    [InlineData("a TINYINT", "a INTEGER", "a: integer", "breaks a")]
    [InlineData("a FLOAT", "a DOUBLE", "a: double", "breaks a")]
    [InlineData("a DECIMAL(10,2)", "a DECIMAL(12,4)", "a: decimal(12,4)", "breaks a")]
    [InlineData("a DECIMAL(10,2)", "a DECIMAL(12,5)", "breaks a", "breaks a")]
    [InlineData("a DATE", "a TIMESTAMP", "a: timestamp_ntz", "breaks a")]
    [InlineData("a DATE", "a TIMESTAMPTZ", "breaks a", "breaks a")]
    [InlineData("a INTEGER", "a DOUBLE", "breaks a", "breaks a")]
    [InlineData("a BIGINT", "a INTEGER", "breaks a", "breaks a")]
    [InlineData("a INTEGER", "a VARCHAR", "breaks a", "breaks a")]
    [InlineData("a INTEGER|b DATE", "a INTEGER", "breaks b", "breaks b")]
    [InlineData("a INTEGER", "b INTEGER", "breaks a", "breaks a")]
    [InlineData("a STRUCT(x INTEGER)", "a STRUCT(x INTEGER, y DATE)", "a: struct<x: integer, y: date>", "breaks a.y")]
    [InlineData("a STRUCT(x INTEGER)[]", "a STRUCT(x BIGINT)[]", "a: array<struct<x: long>>", "breaks a.element.x")]
    [InlineData("a MAP(VARCHAR, INTEGER)", "a MAP(VARCHAR, BIGINT)", "a: map<string, long>", "breaks a.value")]
    [InlineData("a INTEGER", "a INTEGER|b DATE|B DATE", "breaks b", "breaks b")]
    public void A_change_of_schema_is_taken_or_breaks_naming_the_column(string table, string incoming, string compatible, string none)
    {
        Assert.Equal(compatible, Describe(SchemaEvolution.Decide(Parse(table), Parse(incoming), EvolutionPolicy.Compatible)));
        Assert.Equal(none, Describe(SchemaEvolution.Decide(Parse(table), Parse(incoming), EvolutionPolicy.None)));
    }

    [Fact]
    public void A_breaking_change_says_from_what_to_what_and_what_to_do()
    {
        var decision = (SchemaDecision.Breaking)SchemaEvolution.Decide(Parse("amount BIGINT"), Parse("amount INTEGER"), EvolutionPolicy.Compatible);
        Assert.Equal("the column 'amount' is BIGINT in the table and INTEGER in the new data; the new type is narrower: cast it to BIGINT when writing", decision.Message);
    }

    [Fact]
    public void A_column_that_was_added_since_the_base_may_be_missing_and_an_older_one_may_not()
    {
        var table = Parse("a INTEGER|late DATE");
        Assert.Equal("same", Describe(SchemaEvolution.Decide(table, Parse("a INTEGER"), EvolutionPolicy.Compatible, new HashSet<string> { "a" })));
        Assert.Equal("breaks late", Describe(SchemaEvolution.Decide(table, Parse("a INTEGER"), EvolutionPolicy.Compatible, new HashSet<string> { "a", "late" })));
    }

    [Fact]
    public void Metadata_of_columns_that_nobody_here_understands_survives()
    {
        const string Json = """{"type":"struct","fields":[{"name":"a","type":"integer","nullable":false,"metadata":{"comment":"it's \"x\"","other.engine":{"deep":[1,2.50]}}}]}""";
        var widened = (SchemaDecision.Evolved)SchemaEvolution.Decide(SchemaJson.Parse(Json), Parse("a BIGINT"), EvolutionPolicy.Compatible);

        Assert.Equal(Json, SchemaJson.Format(SchemaJson.Parse(Json)));
        Assert.Contains("\"other.engine\":{\"deep\":[1,2.50]}", SchemaJson.Format(widened.Schema), StringComparison.Ordinal);
        Assert.Equal("it's \"x\"", widened.Schema.Fields[0].Comment);
    }

    [Theory]
    [InlineData(1, 2, "", "", null, null)]
    [InlineData(2, 5, "", "", null, null)]
    [InlineData(3, 7, "deletionVectors,v2Checkpoint,timestampNtz,typeWidening,columnMapping,vacuumProtocolCheck", "deletionVectors,appendOnly,domainMetadata,inCommitTimestamp", null, null)]
    [InlineData(4, 7, "", "", "reader version 4", null)]
    [InlineData(3, 7, "variantType", "variantType", "variantType", null)]
    [InlineData(3, 7, "catalogManaged", "catalogManaged", "catalogManaged", null)]
    [InlineData(1, 8, "", "", null, "writer version 8")]
    [InlineData(1, 7, "", "rowTracking", null, "rowTracking")]
    [InlineData(1, 7, "", "icebergCompatV2", null, "icebergCompatV2")]
    [InlineData(1, 7, "", "clustering", null, "clustering")]
    public void A_feature_is_supported_or_refused_by_name(int reader, int writer, string readerFeatures, string writerFeatures, string? readRefusal, string? writeRefusal)
    {
        var protocol = new ProtocolAction
        {
            MinReaderVersion = reader,
            MinWriterVersion = writer,
            ReaderFeatures = reader >= 3 ? [.. readerFeatures.Split(',', StringSplitOptions.RemoveEmptyEntries)] : default,
            WriterFeatures = writer >= 7 ? [.. writerFeatures.Split(',', StringSplitOptions.RemoveEmptyEntries)] : default,
        };
        var metadata = new MetadataAction { Id = "x", SchemaString = "" };
        var refusal = Record.Exception(() => ProtocolSupport.EnsureReadable(protocol)) as DataGridException;

        if (readRefusal is null) Assert.Null(refusal);
        else Assert.Contains(readRefusal, refusal!.Message, StringComparison.Ordinal);
        if (writeRefusal is not null) Assert.Contains(writeRefusal, ProtocolSupport.WriteObjection(protocol, metadata, Parse("a INTEGER"))!, StringComparison.Ordinal);
        else if (readRefusal is null) Assert.Null(ProtocolSupport.WriteObjection(protocol, metadata, Parse("a INTEGER")));
    }

    [Theory]
    [InlineData("delta.enableChangeDataFeed", "true", "{}", "change data feed")]
    [InlineData("delta.constraints.positive", "a > 0", "{}", "positive")]
    [InlineData("x", "y", """{"delta.invariants":"{}"}""", "invariant")]
    [InlineData("x", "y", """{"delta.generationExpression":"1"}""", "generated")]
    [InlineData("x", "y", """{"delta.identity.start":1}""", "identity")]
    [InlineData("x", "y", """{"CURRENT_DEFAULT":"1"}""", "default")]
    public void What_a_writer_would_have_to_evaluate_is_not_written(string property, string value, string columnMetadata, string named)
    {
        var schema = SchemaJson.Parse($$"""{"type":"struct","fields":[{"name":"a","type":"integer","nullable":true,"metadata":{{columnMetadata}}}]}""");
        var protocol = new ProtocolAction { MinReaderVersion = 1, MinWriterVersion = 6 };
        var metadata = new MetadataAction { Id = "x", SchemaString = "", Configuration = Maps.Of([new(property, value)]) };

        Assert.Contains(named, ProtocolSupport.WriteObjection(protocol, metadata, schema)!, StringComparison.Ordinal);
    }

    private static string Describe(SchemaDecision decision) => decision switch
    {
        SchemaDecision.Unchanged => "same",
        SchemaDecision.Evolved evolved => evolved.Schema.ToString()["struct<".Length..^1],
        SchemaDecision.Breaking breaking => $"breaks {breaking.Problems[0].Column}",
        _ => "?",
    };

    private static StructType Parse(string columns) => Deltas.SchemaOf([.. columns.Split('|').Select(static column => (column.Split(' ', 2)[0], column.Split(' ', 2)[1]))]);
}
