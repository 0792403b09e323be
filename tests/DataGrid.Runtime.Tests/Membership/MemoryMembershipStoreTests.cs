using DataGrid.Runtime.Membership;

namespace DataGrid.Runtime.Tests.Membership;

public sealed class MemoryMembershipStoreTests : MembershipStoreConformance
{
    [Fact]
    public async Task An_operation_whose_reply_is_lost_was_applied()
    {
        var store = new MemoryMembershipStore(TimeProvider.System) { AfterOperation = (_, _) => throw new IOException("The reply is lost.") };
        await Assert.ThrowsAsync<IOException>(() => store.TryCommitAsync(0, new MembershipChange(), CancellationToken.None));
        store.AfterOperation = null;
        Assert.Equal(1, (await store.ReadAsync(CancellationToken.None)).Version);
    }

    protected override Task<IMembershipStore> CreateAsync() => Task.FromResult<IMembershipStore>(new MemoryMembershipStore(TimeProvider.System));
}
