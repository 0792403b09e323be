using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;

namespace DataGrid.Core.Tests.Runs;

public sealed class IncrementalInputTests
{
    private static readonly DatasetName Input = DatasetName.Parse("raw.events");
    private static readonly DateTimeOffset Then = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Without_a_cursor_everything_is_new() =>
        Assert.Equal(["a", "b"], Names(IncrementalInput.NewFiles(null, [File("a"), File("b")])));

    [Fact]
    public void Only_unknown_files_are_new()
    {
        var cursor = IncrementalInput.AfterFiles(Input, [File("a")]);
        Assert.Equal(["b"], Names(IncrementalInput.NewFiles(cursor, [File("a"), File("b")])));
    }

    [Fact]
    public void A_known_file_that_is_gone_is_no_error()
    {
        var cursor = IncrementalInput.AfterFiles(Input, [File("a"), File("b")]);
        Assert.Empty(Names(IncrementalInput.NewFiles(cursor, [File("b")])));
    }

    [Theory]
    [InlineData(11, 0)]
    [InlineData(10, 1)]
    public void A_known_file_that_changed_is_refused(long bytes, int seconds)
    {
        var cursor = IncrementalInput.AfterFiles(Input, [File("a")]);
        var changed = File("a") with { Bytes = bytes, ModifiedAt = Then.AddSeconds(seconds) };
        var refuse = Assert.IsType<IncrementalDecision.Refuse>(IncrementalInput.NewFiles(cursor, [changed]));
        Assert.True(refuse.IsChangedFile);
        Assert.Contains("'a'", refuse.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_advances_by_the_files_that_later_versions_added()
    {
        var cursor = IncrementalInput.AfterRows(Input, 3, null);
        Assert.Equal(["x", "y"], Names(IncrementalInput.NewRows(cursor, [Append(4, "x"), Compaction(5, "z"), Append(6, "y")])));
    }

    [Fact]
    public void Rows_of_the_same_run_that_were_read_before_they_were_published_are_not_read_again()
    {
        var cursor = IncrementalInput.AfterRows(Input, 3, "run:r1/raw.events");
        var own = Append(4, "x") with { Transactions = ["run:r1/raw.events"] };
        Assert.Equal(["y"], Names(IncrementalInput.NewRows(cursor, [own, Append(5, "y")])));
    }

    [Fact]
    public void A_version_that_is_not_an_append_asks_for_a_full_refresh()
    {
        var cursor = IncrementalInput.AfterRows(Input, 3, null);
        var refuse = Assert.IsType<IncrementalDecision.Refuse>(IncrementalInput.NewRows(cursor, [Append(4, "x"), Append(5, "y") with { OnlyAdds = false }]));
        Assert.Contains("version 5", refuse.Why, StringComparison.Ordinal);
        Assert.Contains("--full-refresh", refuse.Help, StringComparison.Ordinal);
    }

    private static TableChange Append(long version, string file) => new(version, true, true, [], [File(file)]);

    private static TableChange Compaction(long version, string file) => new(version, false, false, [], [File(file)]);

    private static TaskFile File(string name) => new() { Path = "/data/" + name, Name = name, Bytes = 10, ModifiedAt = Then };

    private static string[] Names(IncrementalDecision decision) =>
        [.. Assert.IsType<IncrementalDecision.Read>(decision).Files.Select(static file => file.Name)];
}
