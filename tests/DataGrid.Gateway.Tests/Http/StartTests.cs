using DataGrid.Contracts.Errors;
using DataGrid.Silo;

namespace DataGrid.Gateway.Tests.Http;

public sealed class StartTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("192.0.2.1")]
    public async Task A_gateway_that_others_can_reach_does_not_start_without_keys(string address)
    {
        var root = Path.Combine(Path.GetTempPath(), "datagrid-tests", Guid.NewGuid().ToString("N"));
        var fault = await Assert.ThrowsAsync<DataGridException>(() => EmbeddedSilo.StartAsync(
            new SiloOptions { Root = root, Gateway = new GatewayOptions { Address = address, Port = 0 } }, CancellationToken.None));
        Assert.Contains("let everybody in", fault.Problem.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(root));
    }

    [Fact]
    public void Loopback_needs_no_keys() => Assert.Empty(new GatewayOptions { Address = "::1" }.Validate());
}
