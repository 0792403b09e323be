using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Runs;
using Orleans;

namespace DataGrid.Core.Tests.Contracts;

public sealed class MessageJsonTests
{
    public static TheoryData<Type> Messages =>
        [.. typeof(DatasetName).Assembly.GetExportedTypes().Where(static t => t.GetCustomAttribute<GenerateSerializerAttribute>() is not null && !t.IsEnum && !t.IsGenericType && !t.IsAbstract)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_with_every_member_set_comes_back_as_it_was(Type type) => RoundTrip(type, new Samples(isFull: true).Make(type)!);

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_with_nothing_but_what_must_be_set_comes_back_as_it_was(Type type) => RoundTrip(type, new Samples(isFull: false).Make(type)!);

    /// <summary>A member that an older version did not write: what the compiler wrote must put the same in its place as reflection does, or refuse as it does.</summary>
    [Theory]
    [MemberData(nameof(Messages))]
    public void What_the_compiler_wrote_reads_and_writes_as_reflection_does_also_where_a_member_is_missing(Type type)
    {
        var message = new Samples(isFull: true).Make(type)!;
        var text = JsonSerializer.Serialize(message, type, DataGridJson.Options);
        Assert.Equal(JsonSerializer.Serialize(message, type, ByReflection), text);
        if (JsonNode.Parse(text) is not JsonObject document) return;
        foreach (var member in document.Select(static pair => pair.Key).ToArray())
        {
            var without = document.DeepClone().AsObject();
            without.Remove(member);
            var json = without.ToJsonString();
            Assert.Equal(Read(json, type, ByReflection), Read(json, type, DataGridJson.Options));
        }
    }

    [Fact]
    public void Ids_are_plain_strings_and_can_be_keys()
    {
        var runs = ImmutableDictionary<DatasetName, RunId>.Empty.Add(DatasetName.Parse("silver.flights"), RunId.Parse("20261120-131502-0000007f"));

        var text = JsonSerializer.Serialize(runs, DataGridJson.Options);

        Assert.Equal("""{"silver.flights":"20261120-131502-0000007f"}""", text);
        Assert.Equal(runs, JsonSerializer.Deserialize<ImmutableDictionary<DatasetName, RunId>>(text, DataGridJson.Options));
    }

    [Theory]
    [InlineData("\"silver flights\"")]
    [InlineData("\"../etc.passwd\"")]
    [InlineData("7")]
    [InlineData("{}")]
    public void A_name_that_is_not_one_is_refused_when_it_is_read(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<DatasetName>(json, DataGridJson.Options));

    [Fact]
    public void An_id_that_was_never_set_stays_unset()
    {
        Assert.Equal("null", JsonSerializer.Serialize(default(RunId), DataGridJson.Options));
        Assert.Equal(default, JsonSerializer.Deserialize<RunId>("null", DataGridJson.Options));
        Assert.Throws<JsonException>(() => JsonSerializer.Serialize(new Dictionary<RunId, int> { [default] = 1 }, DataGridJson.Options));
    }

    [Fact]
    public void A_member_of_a_newer_version_is_skipped_and_a_missing_required_one_is_refused()
    {
        var column = JsonSerializer.Deserialize<ColumnSpec>("""{"name":"a","type":"INTEGER","fromTheFuture":{"x":[1]}}""", DataGridJson.Options);

        Assert.Equal(new ColumnSpec { Name = "a", Type = "INTEGER" }, column);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ColumnSpec>("""{"name":"a"}""", DataGridJson.Options));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ColumnSpec>("""{"name":null,"type":"INTEGER"}""", DataGridJson.Options));
    }

    [Fact]
    public void Computed_members_and_nulls_are_left_out_and_enum_values_are_words() =>
        Assert.Equal(
            """{"code":"sql_syntax","message":"a","isWarning":false}""",
            JsonSerializer.Serialize(new DataGrid.Contracts.Errors.Problem { Code = "sql_syntax", Message = "a" }, DataGridJson.Options));

    [Fact]
    public void A_null_partition_value_is_kept()
    {
        var file = new TaskFile { Path = "p", Bytes = 1, Name = "n", PartitionValues = ImmutableSortedDictionary<string, string?>.Empty.Add("month", null) };

        var back = JsonSerializer.Deserialize<TaskFile>(JsonSerializer.Serialize(file, DataGridJson.Options), DataGridJson.Options)!;

        Assert.True(back.PartitionValues.TryGetValue("month", out var month));
        Assert.Null(month);
    }

    private static JsonSerializerOptions ByReflection { get; } = new(DataGridJson.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    private static string Read(string json, Type type, JsonSerializerOptions options)
    {
        try
        {
            return JsonSerializer.Serialize(JsonSerializer.Deserialize(json, type, options), type, ByReflection);
        }
        catch (JsonException)
        {
            return "refused";
        }
    }

    private static void RoundTrip(Type type, object message)
    {
        var text = JsonSerializer.Serialize(message, type, DataGridJson.Options);
        var back = JsonSerializer.Deserialize(text, type, DataGridJson.Options)!;
        Assert.Equal([], Differences(type.Name, message, back));
        Assert.Equal(text, JsonSerializer.Serialize(back, type, DataGridJson.Options));
    }

    private static IEnumerable<string> Differences(string where, object? left, object? right)
    {
        if (left is null || right is null) return Equals(left, right) ? [] : [$"{where}: {left ?? "null"} became {right ?? "null"}"];
        var type = left.GetType();
        if (left is not string && left is IEnumerable items)
        {
            var (a, b) = (items.Cast<object?>().ToList(), ((IEnumerable)right).Cast<object?>().ToList());
            return a.Count != b.Count ? [$"{where}: {a.Count} elements became {b.Count}"] : a.SelectMany((item, i) => Differences($"{where}[{i}]", item, b[i]));
        }
        if (type.Namespace!.StartsWith("System", StringComparison.Ordinal) && !type.IsGenericType || type.IsEnum || !type.GetProperties().Any(static p => p.SetMethod is not null))
            return Equals(left, right) ? [] : [$"{where}: {left} became {right}"];
        return type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static p => p.GetIndexParameters().Length == 0)
            .SelectMany(p => Differences($"{where}.{p.Name}", p.GetValue(left), p.GetValue(right)));
    }
}
