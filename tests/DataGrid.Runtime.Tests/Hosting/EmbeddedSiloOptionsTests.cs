namespace DataGrid.Runtime.Tests.Hosting;

public sealed class EmbeddedSiloOptionsTests
{
    public static TheoryData<string> Limits =>
        [.. typeof(EmbeddedSiloOptions).GetProperties().Where(p => p.PropertyType == typeof(TimeSpan) || p.PropertyType == typeof(int)).Select(p => p.Name)];

    [Fact]
    public void The_defaults_are_valid() => Assert.True(new EmbeddedSiloOptionsValidator().Validate(null, new EmbeddedSiloOptions()).Succeeded);

    [Theory]
    [MemberData(nameof(Limits))]
    public void Every_limit_is_checked_and_named(string limit)
    {
        var options = new EmbeddedSiloOptions();
        var property = typeof(EmbeddedSiloOptions).GetProperty(limit)!;
        property.SetValue(options, property.PropertyType == typeof(int) ? 0 : TimeSpan.Zero);
        var result = new EmbeddedSiloOptionsValidator().Validate(null, options);
        Assert.Contains(limit, result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void The_names_are_checked()
    {
        var result = new EmbeddedSiloOptionsValidator().Validate(null, new EmbeddedSiloOptions { ClusterId = " ", SiloName = "" });
        Assert.Contains(nameof(EmbeddedSiloOptions.ClusterId), result.FailureMessage, StringComparison.Ordinal);
        Assert.Contains(nameof(EmbeddedSiloOptions.SiloName), result.FailureMessage, StringComparison.Ordinal);
    }
}
