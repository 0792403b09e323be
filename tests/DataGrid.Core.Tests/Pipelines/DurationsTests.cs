using DataGrid.Core.Pipelines;

namespace DataGrid.Core.Tests.Pipelines;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("2s", 2_000)]
    [InlineData("30m", 1_800_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1d2h3m4s5ms", 93_784_005)]
    [InlineData("0s", 0)]
    [InlineData("90m", 5_400_000)]
    [InlineData("10000d", 864_000_000_000)]
    public void Numbers_with_units_are_time_spans(string text, long milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(milliseconds, (long)duration.TotalMilliseconds);
        Assert.True(Durations.TryParse(Durations.Format(duration), out var again));
        Assert.Equal(duration, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("s")]
    [InlineData("2 s")]
    [InlineData("-2s")]
    [InlineData("1.5s")]
    [InlineData("2S")]
    [InlineData("30m1h")]
    [InlineData("1s1s")]
    [InlineData("2sec")]
    [InlineData("10001d")]
    [InlineData("999999999999d")]
    [InlineData("9999999999999s")]
    [InlineData("99999999999999999999999999999999999999999999s")]
    public void Anything_else_is_not(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData(5_400_000, "1h30m")]
    [InlineData(0, "0s")]
    [InlineData(1_500, "1s500ms")]
    public void They_are_written_as_people_would(long milliseconds, string text) => Assert.Equal(text, Durations.Format(TimeSpan.FromMilliseconds(milliseconds)));
}
