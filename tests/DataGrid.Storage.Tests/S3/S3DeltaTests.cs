using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.FakeS3;
using DataGrid.Storage.Tests.Conformance;
using DataGrid.Storage.Tests.Runs;
using DataGrid.Storage.Tests.Support;

namespace DataGrid.Storage.Tests.S3;

public sealed class S3DeltaTests : DeltaConformance, IAsyncLifetime
{
    private S3TestStore _test = null!; // Set before each test.

    public async Task InitializeAsync() => _test = await S3TestStore.StartAsync();

    public async Task DisposeAsync() => await _test.DisposeAsync();

    protected override IObjectStore Open() => _test.Open();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Appends_stand_exactly_once_though_replies_are_lost_and_the_store_fails(int seed)
    {
        var chance = new Random(seed);
        FakeFault?[] faults = [null, null, null, FakeFault.ReplyLost, FakeFault.DoneButFailed, FakeFault.Internal, FakeFault.Reset, new FakeFault(409, "ConditionalRequestConflict")];
        _test.Server.Fault = request =>
        {
            lock (chance) return request.IsConditional || chance.Next(8) == 0 ? faults[chance.Next(request.IsConditional ? faults.Length : faults.Length - 1)] : null;
        };
        using var test = new TestTable(Open());
        var table = test.Open();

        for (var round = 0; round < 8; round++)
        {
            var requests = await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => test.AppendAsync($"r{round}-{writer}", round * 4 + writer)));
            var outcomes = await Task.WhenAll(requests.Select(request => table.CommitAsync(request, default)));
            Assert.All(outcomes, outcome => Assert.True(outcome is CommitOutcome.Committed, $"seed {seed}: {outcome}"));
        }

        _test.Server.Fault = static _ => null;
        Assert.Equal(Enumerable.Range(0, 32).Select(static row => (long)row), await test.FreshRowsAsync());
    }

    [Fact]
    public async Task An_entry_whose_reply_was_lost_is_found_by_reading_and_not_put_again()
    {
        using var test = new TestTable(Open());
        _test.Server.Fault = static request => request.IsConditional ? FakeFault.ReplyLost : null;

        Assert.Equal(new CommitOutcome.Committed(0), await test.Open().CommitAsync(await test.AppendAsync("r1", 1), default));

        Assert.Single(_test.Server.Requests, static request => request.IsConditional);
    }
}

public sealed class RunFilesInS3Tests : RunFilesConformance, IAsyncLifetime
{
    private S3TestStore _test = null!; // Set before each test.
    private IObjectStore _store = null!; // As well.

    protected override IObjectStore Store => _store;

    public async Task InitializeAsync()
    {
        _test = await S3TestStore.StartAsync();
        _store = _test.Open();
    }

    public async Task DisposeAsync() => await _test.DisposeAsync();
}
