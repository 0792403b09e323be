using DataGrid.Engine.Projects.Sources;

namespace DataGrid.Engine.Tests.Projects.Sources;

/// <summary>Errors of JSON files name the line that an editor shows.</summary>
public sealed class JsonLinesTests : IDisposable
{
    private readonly ProjectFixture _project = new();

    public void Dispose() => _project.Dispose();

    [Theory]
    [InlineData("{\"id\":1}\n{\"id\":2}\n{\"id\":3\n{\"id\":4}\n", 3)]
    [InlineData("{\"id\":1}\n\n\n{\"id\":2}\n{\"id\":3\n{\"id\":4}\n", 5)]
    [InlineData("{\"id\":1}\r\n\r\n \t\r\n{\"id\":2\r\n", 4)]
    [InlineData("\n\n{\"id\":\n", 3)]
    [InlineData("{\"id\":1,\"name\":\"äö€ \u2028 日本\"}\n\n{\"id\":2,\"name\":\"\\\"[\"}\n\n{\"id\":\n", 5)]
    [InlineData("{\"id\":1}\n\n{\"id\":\"x\"}\n{\"id\":3}\n", 3)]
    [InlineData("{\"id\":1}\r\n\r\n\r\n{\"id\":\"x\"}\r\n", 4)]
    [InlineData("{\"id\":1}\n\n{\"id\":2} more\n", 3)]
    [InlineData("{\"id\":1}\n\n{\"id\":2", 3)]
    public async Task The_line_of_a_wrong_object_is_counted_as_editors_do(string content, int line)
    {
        _project.Write("a.ndjson", content).Source("files: a.ndjson, columns: { id: bigint, name: varchar }");
        Assert.Contains($"a.ndjson:{line}: ", await _project.ProblemsAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[\n{\"id\":1},\n\n{\"id\":\"x\"},\n{\"id\":3}\n]\n", 4)]
    [InlineData("[{\"id\":1,\n\"name\":\"],{\"},\n{\"id\":2},\n{\n\"id\":\"x\"}]", 4)]
    [InlineData("[\n{\"id\":1},\n\n{\"id\":2},\n{\"id\":3\n]\n", 5)]
    public async Task In_an_array_it_is_the_line_on_which_the_object_begins(string content, int line)
    {
        _project.Write("a.json", content).Source("files: a.json, columns: { id: bigint, name: varchar }");
        Assert.Contains($"a.json:{line}: ", await _project.ProblemsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_is_not_there_or_a_file_that_is_gone_keeps_the_number()
    {
        _project.Write("a.ndjson", "{}\n");
        Assert.Equal(7, JsonLines.LineOf(Path.Combine(_project.Folder, "a.ndjson"), 7));
        Assert.Equal(3, JsonLines.LineOf(Path.Combine(_project.Folder, "gone.ndjson"), 3));
    }
}
