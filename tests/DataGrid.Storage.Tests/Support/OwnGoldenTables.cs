using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using DataGrid.DuckDb;

namespace DataGrid.Storage.Tests.Support;

/// <summary>Small tables in shapes that other engines write, their logs put together by hand: nothing here goes through the code that reads them.</summary>
internal sealed class OwnGoldenTables(string folder) : IDisposable
{
    private const string Vector = "\"deletionVectors\"";
    private readonly DuckDbInstance _instance = DuckDbInstance.Open();

    internal static void Write(string folder)
    {
        using var tables = new OwnGoldenTables(folder);
        tables.Plain();
        tables.Mapped("mapped-by-name", "name");
        tables.Mapped("mapped-by-id", "id");
        tables.Vectors();
        tables.PartsCheckpoint();
        tables.SecondCheckpoint();
        tables.Widened();
        tables.Refused();
    }

    public void Dispose() => _instance.Dispose();

    // Partition values with letters that paths must encode, a NULL partition, a removed file, a column that came later, unknown actions and members.
    private void Plain()
    {
        var a = Parquet("plain", "p=a%20%25b/part-1.parquet", "SELECT 1::BIGINT AS id, 'x' AS name UNION ALL SELECT 2, NULL");
        var n = Parquet("plain", "p=__HIVE_DEFAULT_PARTITION__/part-2.parquet", "SELECT 3::BIGINT AS id, 'ü|\"' AS name, [1, NULL] AS list");
        var gone = Parquet("plain", "part-gone.parquet", "SELECT 9::BIGINT AS id");
        var schema = Schema(("id", "\"long\"", "{}"), ("name", "\"string\"", "{\"comment\":\"n\"}"), ("p", "\"string\"", "{}"));
        var later = Schema(("id", "\"long\"", "{}"), ("name", "\"string\"", "{}"), ("p", "\"string\"", "{}"), ("list", "{\"type\":\"array\",\"elementType\":\"integer\",\"containsNull\":true}", "{}"));
        Entry("plain", 0, Protocol(1, 2), Metadata(schema, "\"p\""), Add("part-gone.parquet", gone, "\"p\":\"z\""), Add("p=a%2520%2525b/part-1.parquet", a, "\"p\":\"a %b\""), "{\"fromTheFuture\":{\"x\":1}}");
        Entry("plain", 1, "{\"commitInfo\":{\"operation\":\"WRITE\",\"newer\":[]}}", Metadata(later, "\"p\""), "{\"remove\":{\"path\":\"part-gone.parquet\",\"dataChange\":true,\"deletionTimestamp\":1}}",
            Add("p=__HIVE_DEFAULT_PARTITION__/part-2.parquet", n, "\"p\":null"));
        Expected("plain", "SELECT * FROM (VALUES (1::BIGINT, 'x', 'a %b', NULL::INTEGER[]), (2, NULL, 'a %b', NULL), (3, 'ü|\"', NULL, [1, NULL])) t(id, name, p, list)");
    }

    private void Mapped(string name, string mode)
    {
        Execute(name, "delta/part-1.parquet", "SELECT 1::INTEGER AS \"col-a\", {'col-c': 'x'} AS \"col-b\"", ", FIELD_IDS {'col-a': 1, 'col-b': {__duckdb_field_id: 2, 'col-c': 3}}");
        // By id the file's own names mean nothing.
        var names = mode == "id" ? ("other-a", "other-b", "other-c") : ("col-a", "col-b", "col-c");
        Execute(name, "delta/part-2.parquet", $"SELECT 2::INTEGER AS \"{names.Item1}\", {{'{names.Item3}': 'y'}} AS \"{names.Item2}\"", $", FIELD_IDS {{'{names.Item1}': 1, '{names.Item2}': {{__duckdb_field_id: 2, '{names.Item3}': 3}}}}");
        string Mapping(int id, string physical) => $$"""{"delta.columnMapping.id":{{id}},"delta.columnMapping.physicalName":"{{physical}}"}""";
        var inner = Schema(("inner name", "\"string\"", Mapping(3, "col-c")));
        var schema = Schema(("first name", "\"integer\"", Mapping(1, "col-a")), ("nested", inner, Mapping(2, "col-b")), ("never written", "\"date\"", Mapping(4, "col-d")));
        Entry(name, 0, Protocol(2, 5), Metadata(schema, "", $"\"delta.columnMapping.mode\":\"{mode}\""), Add("part-1.parquet", Size(name, "part-1.parquet")), Add("part-2.parquet", Size(name, "part-2.parquet")));
        Expected(name, "SELECT i::INTEGER AS \"first name\", {'inner name': s} AS nested, NULL::DATE AS \"never written\" FROM (VALUES (1, 'x'), (2, 'y')) t(i, s)");
    }

    private void Vectors()
    {
        var size = Parquet("vectors", "part-1.parquet", "SELECT range AS id FROM range(100000)");
        var other = Parquet("vectors", "part-2.parquet", "SELECT range + 1000000 AS id FROM range(10)");
        var id = new Guid("d2c639aa-8816-431a-aaf6-d3fe2512ff61");
        var bitmap = Roaring([0, 1, 50000, 65535, 65536, 99999]);
        var file = new byte[1 + 4 + bitmap.Length + 4];
        file[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(1), bitmap.Length);
        bitmap.CopyTo(file.AsSpan(5));
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(5 + bitmap.Length), Crc(bitmap));
        File.WriteAllBytes(Path.Combine(folder, "vectors", "delta", $"deletion_vector_{id}.bin"), file);
        var onDisk = Vectored("u", "^-aqEH.-t@S}K{vb[*k^", ",\"offset\":1", bitmap.Length, 6);
        var inline = Vectored("i", "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", "", 44, 6);
        Entry("vectors", 0, Protocol(3, 7, Vector), Metadata(Schema(("id", "\"long\"", "{}")), ""), Add("part-1.parquet", size, "", onDisk, 100000), Add("part-2.parquet", other, "", inline, 10));
        // The inline vector deletes rows 3, 4, 7, 11, 18 and 29; the last three are beyond the end of its file.
        Expected("vectors", "SELECT range AS id FROM range(100000) WHERE range NOT IN (0, 1, 50000, 65535, 65536, 99999) UNION ALL SELECT range + 1000000 FROM range(10) WHERE range NOT IN (3, 4, 7)");
    }

    private void PartsCheckpoint()
    {
        var one = Parquet("parts", "part-1.parquet", "SELECT 1::BIGINT AS id");
        var two = Parquet("parts", "part-2.parquet", "SELECT 2::BIGINT AS id");
        Checkpoint("parts", "00000000000000000005.checkpoint.0000000001.0000000002.parquet", Protocol(1, 2), Metadata(Schema(("id", "\"long\"", "{}")), ""));
        Checkpoint("parts", "00000000000000000005.checkpoint.0000000002.0000000002.parquet", Add("part-1.parquet", one));
        // An unfinished one of a later version must be passed over.
        Checkpoint("parts", "00000000000000000006.checkpoint.0000000001.0000000002.parquet", Protocol(1, 2));
        Entry("parts", 6, Add("part-2.parquet", two));
        Expected("parts", "SELECT * FROM (VALUES (1::BIGINT), (2)) t(id)");
    }

    private void SecondCheckpoint()
    {
        var one = Parquet("second", "part-1.parquet", "SELECT 1::BIGINT AS id");
        Directory.CreateDirectory(Path.Combine(folder, "second", "delta", "_delta_log", "_sidecars"));
        Checkpoint("second", "_sidecars/s1.parquet", Add("part-1.parquet", one));
        var size = new FileInfo(Path.Combine(folder, "second", "delta", "_delta_log", "_sidecars", "s1.parquet")).Length;
        Lines("second", "00000000000000000004.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json", "{\"checkpointMetadata\":{\"version\":4,\"tags\":{}}}", Protocol(3, 7, "\"v2Checkpoint\""),
            Metadata(Schema(("id", "\"long\"", "{}")), ""), $"{{\"sidecar\":{{\"path\":\"s1.parquet\",\"sizeInBytes\":{size},\"modificationTime\":1,\"tags\":{{}}}}}}", "{\"txn\":{\"appId\":\"a\",\"version\":3}}");
        Expected("second", "SELECT 1::BIGINT AS id");
    }

    private void Widened()
    {
        var narrow = Parquet("widened", "part-1.parquet", "SELECT 1::INTEGER AS n, DATE '2026-01-02' AS day, {'x': 1::SMALLINT} AS s");
        var wide = Parquet("widened", "part-2.parquet", "SELECT 10000000000::BIGINT AS n, TIMESTAMP '2026-01-03 04:05:06' AS day, {'x': 70000::INTEGER} AS s");
        string Change(string from, string to) => $$"""{"delta.typeChanges":[{"fromType":"{{from}}","toType":"{{to}}"}]}""";
        var schema = Schema(("n", "\"long\"", Change("integer", "long")), ("day", "\"timestamp_ntz\"", Change("date", "timestamp_ntz")), ("s", Schema(("x", "\"integer\"", Change("short", "integer"))), "{}"));
        Entry("widened", 0, Protocol(3, 7, "\"typeWidening\",\"timestampNtz\""), Metadata(schema, ""), Add("part-1.parquet", narrow), Add("part-2.parquet", wide));
        Expected("widened", "SELECT * FROM (VALUES (1::BIGINT, TIMESTAMP '2026-01-02', {'x': 1::INTEGER}), (10000000000, TIMESTAMP '2026-01-03 04:05:06', {'x': 70000})) t(n, day, s)");
    }

    private void Refused()
    {
        Entry("refused", 0, Protocol(3, 7, "\"variantType\""), Metadata(Schema(("v", "\"variant\"", "{}")), ""));
        Expected("refused", "SELECT 1 AS v");
    }

    private long Parquet(string table, string path, string sql)
    {
        Execute(table, $"delta/{path}", sql, "");
        return Size(table, path);
    }

    private long Size(string table, string path) => new FileInfo(Path.Combine(folder, table, "delta", path)).Length;

    private void Expected(string table, string sql) => Execute(table, "expected/rows.parquet", sql, "");

    private void Execute(string table, string path, string sql, string options)
    {
        var file = Path.Combine(folder, table, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var connection = _instance.Connect();
        connection.Execute($"COPY ({sql}) TO {SqlText.QuoteLiteral(file)} (FORMAT parquet{options})");
    }

    private void Checkpoint(string table, string name, params string[] actions)
    {
        Lines(table, "actions.tmp", actions);
        var log = Path.Combine(folder, table, "delta", "_delta_log");
        using var connection = _instance.Connect();
        connection.Execute($$"""
            COPY (SELECT * FROM read_json({{SqlText.QuoteLiteral(Path.Combine(log, "actions.tmp"))}}, format = 'newline_delimited', columns = {
              protocol: 'STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER)',
              metaData: 'STRUCT(id VARCHAR, format STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)), schemaString VARCHAR, partitionColumns VARCHAR[], configuration MAP(VARCHAR, VARCHAR))',
              add: 'STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR)'}))
            TO {{SqlText.QuoteLiteral(Path.Combine(log, name))}} (FORMAT parquet)
            """);
        File.Delete(Path.Combine(log, "actions.tmp"));
    }

    private void Entry(string table, long version, params string[] actions) => Lines(table, version.ToString("D20", CultureInfo.InvariantCulture) + ".json", actions);

    private void Lines(string table, string name, params string[] actions)
    {
        var log = Path.Combine(folder, table, "delta", "_delta_log");
        Directory.CreateDirectory(log);
        File.WriteAllText(Path.Combine(log, name), string.Join('\n', actions) + "\n");
    }

    private static string Protocol(int reader, int writer, string? features = null) => features is null
        ? $$$"""{"protocol":{"minReaderVersion":{{{reader}}},"minWriterVersion":{{{writer}}}}}"""
        : $$$"""{"protocol":{"minReaderVersion":{{{reader}}},"minWriterVersion":{{{writer}}},"readerFeatures":[{{{features}}}],"writerFeatures":[{{{features}}}]}}""";

    private static string Metadata(string schema, string partitionColumns, string configuration = "") =>
        "{\"metaData\":{\"id\":\"t\",\"format\":{\"provider\":\"parquet\",\"options\":{}},\"schemaString\":" + JsonSerializer.Serialize(schema)
        + ",\"partitionColumns\":[" + partitionColumns + "],\"configuration\":{" + configuration + "}}}";

    private static string Schema(params (string Name, string Type, string Metadata)[] fields) =>
        $$"""{"type":"struct","fields":[{{string.Join(",", fields.Select(static field => $$"""{"name":"{{field.Name}}","type":{{field.Type}},"nullable":true,"metadata":{{field.Metadata}}}"""))}}]}""";

    private static string Add(string path, long size, string partition = "", string vector = "", long? rows = null)
    {
        var statistics = rows is null ? "" : $",\"stats\":\"{{\\\"numRecords\\\":{rows}}}\"";
        return "{\"add\":{\"path\":\"" + path + "\",\"partitionValues\":{" + partition + "},\"size\":" + size.ToString(CultureInfo.InvariantCulture) + ",\"modificationTime\":1,\"dataChange\":true" + statistics + vector + "}}";
    }

    private static string Vectored(string storage, string path, string offset, int size, int cardinality) =>
        $$$""","deletionVector":{"storageType":"{{{storage}}}","pathOrInlineDv":"{{{path}}}"{{{offset}}},"sizeInBytes":{{{size}}},"cardinality":{{{cardinality}}}}""";

    // One bucket; a container of a list for each 65 536 rows.
    private static byte[] Roaring(int[] rows)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        var containers = rows.GroupBy(static row => row >> 16).ToList();
        writer.Write(1681511377);
        writer.Write(1L);
        writer.Write(0);
        writer.Write(12346);
        writer.Write(containers.Count);
        foreach (var container in containers)
        {
            writer.Write((ushort)container.Key);
            writer.Write((ushort)(container.Count() - 1));
        }
        var offset = 8 + (containers.Count * 8);
        foreach (var container in containers)
        {
            writer.Write(offset);
            offset += container.Count() * 2;
        }
        foreach (var row in rows) writer.Write((ushort)(row & 0xFFFF));
        return stream.ToArray();
    }

    private static uint Crc(byte[] data)
    {
        var table = Enumerable.Range(0, 256).Select(static index => Enumerable.Range(0, 8).Aggregate((uint)index, static (value, _) => (value & 1) == 1 ? 0xEDB88320 ^ (value >> 1) : value >> 1)).ToArray();
        return ~data.Aggregate(uint.MaxValue, (crc, value) => table[(crc ^ value) & 0xFF] ^ (crc >> 8));
    }
}
