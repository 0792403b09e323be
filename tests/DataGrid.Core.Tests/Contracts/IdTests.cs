using DataGrid.Contracts;

namespace DataGrid.Core.Tests.Contracts;

public sealed class IdTests
{
    public static TheoryData<string> Bad => ["", " ", "-a", "_a", "a b", "a/b", "../a", "a.b", "é", "a\n", new string('a', 101)];

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_text_that_could_leave_its_place_in_a_key_or_a_path_is_no_id(string text)
    {
        Assert.Throws<FormatException>(() => WorkspaceId.Parse(text));
        Assert.Throws<FormatException>(() => PipelineId.Parse(text));
        Assert.Throws<FormatException>(() => RunId.Parse(text));
        Assert.Throws<FormatException>(() => AttemptId.Parse(text));
    }

    [Theory]
    [InlineData("default")]
    [InlineData("team-a_2")]
    [InlineData("7")]
    public void An_id_is_its_text(string text)
    {
        Assert.Equal(text, WorkspaceId.Parse(text).ToString());
        Assert.Equal(text, PipelineId.Parse(text).ToString());
    }

    [Fact]
    public void Run_ids_sort_by_their_start_and_say_it_in_UTC()
    {
        var start = new DateTimeOffset(2026, 11, 20, 15, 15, 2, TimeSpan.FromHours(2));
        var early = RunId.Create(start, 0xffffffff);
        var late = RunId.Create(start.AddSeconds(1), 0);

        Assert.Equal("20261120-131502-ffffffff", early.ToString());
        Assert.True(string.CompareOrdinal(early.ToString(), late.ToString()) < 0);
        Assert.Equal(early, RunId.Parse(early.ToString()));
    }

    [Fact]
    public void An_attempt_id_is_the_32_digits_of_its_guid()
    {
        var guid = Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e");

        Assert.Equal("0f8fad5bd9cb469fa16570867728950e", AttemptId.Create(guid).ToString());
        Assert.Equal(AttemptId.Create(guid), AttemptId.Parse("0f8fad5bd9cb469fa16570867728950e"));
    }
}
