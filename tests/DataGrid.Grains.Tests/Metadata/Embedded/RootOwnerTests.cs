using DataGrid.Contracts.Errors;
using DataGrid.Metadata;

namespace DataGrid.Grains.Tests.Metadata.Embedded;

public sealed class RootOwnerTests : IDisposable
{
    private readonly MetadataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_has_one_owner_in_a_process()
    {
        using var first = RootOwner.Acquire(_folder.Root, TimeProvider.System);
        var error = Assert.Throws<DataGridException>(() => RootOwner.Acquire(_folder.Root + "/", TimeProvider.System));
        Assert.Equal(ErrorCodes.RootOwned, error.Problem.Code);
        Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_was_given_back_can_be_taken()
    {
        RootOwner.Acquire(_folder.Root, TimeProvider.System).Dispose();
        using var second = RootOwner.Acquire(_folder.Root, TimeProvider.System);
        Assert.Equal(Path.GetFullPath(_folder.Root), second.Root);
    }

    [Fact]
    public async Task Another_process_is_named_and_its_death_frees_the_folder()
    {
        using (var child = CrashHost.Start(_folder.Root))
        {
            await child.ReadAcknowledgedAsync(1);
            var error = Assert.Throws<DataGridException>(() => RootOwner.Acquire(_folder.Root, TimeProvider.System));
            Assert.Equal(ErrorCodes.RootOwned, error.Problem.Code);
            Assert.Contains($"process {child.ProcessId}", error.Message, StringComparison.Ordinal);
            await child.KillAsync();
        }

        using var owner = RootOwner.Acquire(_folder.Root, TimeProvider.System);
        Assert.Contains($"{Environment.ProcessId}", File.ReadAllText(Path.Combine(_folder.Root, "owner.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_told_apart_from_an_owned_one()
    {
        var file = Path.Combine(_folder.Root, "file");
        File.WriteAllText(file, "");
        var error = Assert.Throws<DataGridException>(() => RootOwner.Acquire(Path.Combine(file, "below"), TimeProvider.System));
        Assert.Equal(ErrorCodes.RootUnusable, error.Problem.Code);
    }
}
