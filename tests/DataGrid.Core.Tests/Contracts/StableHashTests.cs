using System.Text;
using DataGrid.Contracts;

namespace DataGrid.Core.Tests.Contracts;

public sealed class StableHashTests
{
    /// <summary>Values of the published FNV-1a test suite (64 bit), and texts beyond ASCII.</summary>
    [Theory]
    [InlineData("", 0xcbf29ce484222325)]
    [InlineData("a", 0xaf63dc4c8601ec8c)]
    [InlineData("foobar", 0x85944171f73967e8)]
    [InlineData("hello", 0xa430d84680aabd0b)]
    public void The_hash_is_FNV_1a_for_ever(string text, ulong expected) => Assert.Equal(expected, StableHash.Of(text));

    [Theory]
    [InlineData("é")]
    [InlineData("中文")]
    [InlineData("🚀 rocket")]
    [InlineData("default/silver.flights")]
    public void It_is_taken_over_the_bytes_of_UTF_8(string text)
    {
        var expected = Encoding.UTF8.GetBytes(text).Aggregate(14695981039346656037UL, static (hash, b) => unchecked((hash ^ b) * 1099511628211UL));

        Assert.Equal(expected, StableHash.Of(text));
    }

    [Fact]
    public void A_lone_surrogate_counts_as_the_replacement_character() => Assert.Equal(StableHash.Of("\ufffd"), StableHash.Of("\ud83d"));
}
