using System.Text;
using System.Text.Json;
using DataGrid.Core.Sql;
using DataGrid.DuckDb;
using DataGrid.Engine.SqlGate;

namespace DataGrid.Engine.Tests.SqlGate;

/// <summary>Whether a name is a CTE or a table decides whether a file is read. Random nestings of WITH over names that are both: what the engine scans must
/// be among what the reader calls tables.</summary>
public sealed class CteScopeTests
{
    private const int Queries = 1000;

    [Theory]
    [InlineData(1)]
    [InlineData(20261120)]
    public void The_engine_never_scans_a_table_that_the_reader_took_for_a_cte(int seed)
    {
        using var parser = new SqlParser();
        using var instance = DuckDbInstance.Open();
        using var connection = instance.Connect();
        connection.Execute("CREATE TABLE a (x INTEGER); CREATE TABLE b (x INTEGER); CREATE TABLE c (x INTEGER)");
        using var plan = connection.Prepare("SELECT json_serialize_plan($1::VARCHAR, skip_null := true)");
        var random = new Random(seed);
        int bound = 0, exact = 0, tables = 0;
        for (var n = 0; n < Queries; n++)
        {
            var sql = new Generator(random).Query(3);
            using var result = plan.Bind(1, sql).Execute();
            using var document = JsonDocument.Parse((string)result.ReadRows().Single()[0]!, new JsonDocumentOptions { MaxDepth = 1000 });
            // Circular references and the like: the engine refuses them itself.
            if (document.RootElement.GetProperty("error").GetBoolean()) continue;
            bound++;
            var scanned = Scanned(document.RootElement).ToHashSet();
            var tree = parser.Parse(sql);
            var read = SqlTreeReader.Read(tree.Root, new SqlSource(sql)).Tables.Select(static table => SqlName.Fold(table.Name)).ToHashSet();
            Assert.True(scanned.IsSubsetOf(read), $"seed {seed}, query {n}: the engine scans {string.Join(' ', scanned)}, the reader says {string.Join(' ', read)}\n{sql}");
            if (scanned.SetEquals(read)) exact++;
            if (scanned.Count > 0) tables++;
        }
        // The proof is worth nothing if hardly any query can be bound, or the reader simply calls everything a table.
        Assert.True(bound > Queries / 2, $"{bound} of {Queries} were bound");
        Assert.True(tables > bound / 2 && exact > bound / 2, $"{tables} scan a table, {exact} of {bound} are exact");
    }

    private static IEnumerable<string> Scanned(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array) return element.EnumerateArray().SelectMany(Scanned);
        if (element.ValueKind != JsonValueKind.Object) return [];
        var below = element.EnumerateObject().SelectMany(static property => Scanned(property.Value));
        return element.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("LOGICAL_GET")
            ? below.Append(element.GetProperty("function_data").GetProperty("table").GetString()!)
            : below;
    }

    private sealed class Generator(Random random)
    {
        private int _aliases;

        public string Query(int depth)
        {
            var text = new StringBuilder();
            if (depth > 0 && random.Next(3) > 0) text.Append(With(depth));
            text.Append(depth > 0 && random.Next(4) == 0 ? $"({Query(depth - 1)}) UNION ALL ({Query(depth - 1)})" : Select(depth));
            return text.ToString();
        }

        private string With(int depth)
        {
            var ctes = new List<string>();
            var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            var isRecursive = random.Next(3) == 0;
            for (var i = 0; i <= random.Next(3); i++)
            {
                var name = Name();
                if (!names.Add(name)) continue;
                var body = isRecursive && random.Next(2) == 0 ? $"{Query(depth - 1)} UNION ALL SELECT r.x FROM {Name()} r WHERE r.x < 0" : Query(depth - 1);
                ctes.Add($"{name} (x) AS {(random.Next(3) == 0 ? "MATERIALIZED " : "")}({body})");
            }
            return $"WITH {(isRecursive ? "RECURSIVE " : "")}{string.Join(", ", ctes)} ";
        }

        private string Select(int depth)
        {
            var first = Alias();
            var text = new StringBuilder($"SELECT {first}.x FROM {Source(depth, first)}");
            if (random.Next(3) == 0) text.Append(", ").Append(Source(depth, Alias()));
            if (depth > 0 && random.Next(3) == 0) text.Append($" WHERE EXISTS ({Query(depth - 1)})");
            else if (depth > 0 && random.Next(3) == 0) text.Append($" WHERE {first}.x IN ({Query(depth - 1)})");
            return text.ToString();
        }

        private string Source(int depth, string alias) => random.Next(5) switch
        {
            0 when depth > 0 => $"({Query(depth - 1)}) {alias} (x)",
            1 => $"main.{Name()} {alias}",
            2 when depth > 0 => $"LATERAL ({Query(depth - 1)}) {alias} (x)",
            _ => $"{Name()} {alias}",
        };

        private string Alias() => $"t{_aliases++}";

        private string Name() => random.Next(8) == 0 ? ((char)('A' + random.Next(3))).ToString() : ((char)('a' + random.Next(3))).ToString();
    }
}
