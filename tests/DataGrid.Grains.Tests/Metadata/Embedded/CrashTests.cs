using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Tests.Metadata.Embedded;

public sealed class CrashTests : IDisposable
{
    private readonly MetadataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Killing_the_process_in_the_middle_of_writes_loses_nothing_that_was_acknowledged()
    {
        var least = 0;
        for (var round = 0; round < 4; round++)
        {
            using var child = CrashHost.Start(_folder.Root);
            await child.ReadAcknowledgedAsync(200 + (137 * round));
            await child.KillAsync();
            await using var open = await _folder.OpenAsync();
            Assert.NotEmpty(child.Acknowledged);
            foreach (var (grain, number) in child.Acknowledged)
            {
                var state = new GrainState<Number>();
                await open.States.ReadStateAsync("number", GrainId.Parse(grain), state);
                Assert.InRange(state.State!.Value, number, number + 1);
            }

            Assert.True(child.Acknowledged.Values.Max() > least, "Every round goes on from the one before it.");
            least = child.Acknowledged.Values.Max();
            Assert.DoesNotContain(_folder.Log, line => line.Contains("cannot be read", StringComparison.Ordinal));
        }
    }

    internal sealed class Number
    {
        public int Value { get; set; }
    }
}
