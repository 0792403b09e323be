using DataGrid.Contracts.Datasets;

namespace DataGrid.Core.Tests.Contracts;

public sealed class DatasetNameTests
{
    [Theory]
    [InlineData("silver.flights", "silver.flights")]
    [InlineData("Silver.FLIGHTS", "silver.flights")]
    [InlineData("s.f", "s.f")]
    [InlineData("raw.flights_2001__q1", "raw.flights_2001__q1")]
    public void A_name_is_two_parts_folded_to_lower_case(string text, string expected)
    {
        Assert.True(DatasetName.TryParse(text, out var name, out var why), why);
        Assert.Equal(expected, name.ToString());
        Assert.Equal(name, DatasetName.Of(name.Namespace, name.Name));
    }

    [Theory]
    [InlineData(null, "is not a dataset name")]
    [InlineData("", "is not a dataset name")]
    [InlineData("flights", "write namespace.name")]
    [InlineData("a.b.c", "is not a dataset name")]
    [InlineData(".flights", "namespace is empty")]
    [InlineData("silver.", "name is empty")]
    [InlineData("1silver.flights", "must start with a letter")]
    [InlineData("silver._flights", "must start with a letter")]
    [InlineData("silver.fli ghts", "letters (a-z), digits and underscores only")]
    [InlineData("silver.fli-ghts", "letters (a-z), digits and underscores only")]
    [InlineData("silver.flïghts", "letters (a-z), digits and underscores only")]
    [InlineData("Élan.flights", "must start with a letter")]
    [InlineData("silver.fl\u0000", "letters (a-z), digits and underscores only")]
    [InlineData("silver.\u0131x", "must start with a letter")]
    public void What_is_not_a_name_is_refused_and_the_reason_says_which_part(string? text, string reason)
    {
        Assert.False(DatasetName.TryParse(text, out var name, out var why));
        Assert.Equal(default, name);
        Assert.Contains(reason, why, StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_part_is_taken_and_one_character_more_is_not()
    {
        var longest = new string('a', DatasetName.MaxPartLength);

        Assert.Equal(longest, DatasetName.Of("silver", longest).Name);
        var refused = Assert.Throws<FormatException>(() => DatasetName.Of("silver", longest + "a"));
        Assert.Contains("101 characters; 100 are allowed", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quarantine_follows_its_dataset_and_has_none_of_its_own()
    {
        var name = DatasetName.Parse("silver.flights");

        Assert.Equal("silver.flights__quarantine", name.Quarantine.ToString());
        Assert.False(name.IsQuarantine);
        Assert.True(name.Quarantine.IsQuarantine);
        Assert.Equal(name.Quarantine, name.Quarantine.Quarantine);
    }

    [Fact]
    public void The_quarantine_of_the_longest_name_is_written_and_read_again()
    {
        var quarantine = DatasetName.Of("silver", new string('a', DatasetName.MaxPartLength)).Quarantine;

        Assert.Equal(quarantine, DatasetName.Parse(quarantine.ToString()));
    }

    [Fact]
    public void Names_sort_by_their_text()
    {
        string[] sorted = ["a.b", "a.b_c", "a1.b", "b.a"];

        Assert.Equal(sorted, sorted.Reverse().Select(DatasetName.Parse).Order().Select(static n => n.ToString()));
    }
}
