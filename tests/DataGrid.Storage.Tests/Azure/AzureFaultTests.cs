using System.Text;
using Azure.Storage;
using Azure.Storage.Sas;
using DataGrid.Contracts.Storage;
using DataGrid.Storage.Azure;

namespace DataGrid.Storage.Tests.Azure;

[Collection(AzuriteTests.Name)]
public sealed class AzureFaultTests(Azurite azurite)
{
    private const string SasVariable = "DATAGRID_TEST_AZURE_SAS";

    private static readonly byte[] Content = Encoding.UTF8.GetBytes("entry");
    private static readonly ObjectPath Entry = ObjectPath.Parse("log/1.json");

    [Theory]
    [InlineData("no container", StoreFault.Misconfigured, "there is no container")]
    [InlineData("wrong key", StoreFault.AccessDenied, "credentials")]
    [InlineData("expired signature", StoreFault.AccessDenied, "credentials")]
    [InlineData("signature that may only read", StoreFault.AccessDenied, "may not do this")]
    [InlineData("unreachable", StoreFault.Unavailable, "connection failed")]
    public async Task Every_refusal_names_the_store_and_the_name_and_says_what_to_do_without_a_secret(string what, StoreFault kind, string says)
    {
        using var store = AzureObjectStore.Open(Spoil(await azurite.ContainerAsync(), what), TimeProvider.System);
        foreach (var call in new Func<Task>[] { () => store.PutAsync(Entry, Content, default), () => store.DeleteAsync(Entry, default) })
        {
            var fault = await Assert.ThrowsAsync<ObjectStoreException>(call);
            Assert.True(fault.Fault == kind, fault.ToString());
            Assert.Contains(says, fault.Message, StringComparison.Ordinal);
            Assert.Contains("az://", fault.Message, StringComparison.Ordinal);
            Assert.Contains("log/1.json", fault.Message, StringComparison.Ordinal);
            Assert.True(kind == StoreFault.Unavailable || fault.Help is not null);
            foreach (var secret in new[] { Azurite.Key, "sig=", "d3Jvbmc=", "SharedKey" }) Assert.DoesNotContain(secret, fault + fault.Help, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_connection_string_and_a_signature_open_the_same_container()
    {
        var options = await azurite.ContainerAsync();
        using var byKey = AzureObjectStore.Open(options, TimeProvider.System);
        using var byConnection = AzureObjectStore.Open(options with { Account = null, Endpoint = null, AccountKeyVariable = null, ConnectionStringVariable = Azurite.ConnectionVariable }, TimeProvider.System);
        using var bySignature = AzureObjectStore.Open(Signed(options, BlobContainerSasPermissions.All, TimeSpan.FromHours(1)), TimeProvider.System);
        await byKey.PutAsync(Entry, Content, default);

        Assert.Equal(Content, await byConnection.ReadAsync(Entry, default));
        Assert.Equal(Content, await bySignature.ReadAsync(Entry, default));
        Assert.Equal(PutOutcome.Exists, await bySignature.PutIfAbsentAsync(Entry, Content, default));
    }

    [Fact]
    public async Task What_cannot_be_read_of_the_configuration_is_told_without_its_value()
    {
        var options = await azurite.ContainerAsync();
        Environment.SetEnvironmentVariable("DATAGRID_TEST_AZURE_BROKEN", "AccountKey=d3Jvbmc=;nonsense");

        var broken = Assert.Throws<ObjectStoreException>(() => AzureObjectStore.Open(options with { AccountKeyVariable = null, ConnectionStringVariable = "DATAGRID_TEST_AZURE_BROKEN" }, TimeProvider.System));
        var missing = Assert.Throws<ObjectStoreException>(() => AzureObjectStore.Open(options with { AccountKeyVariable = "DATAGRID_TEST_NOT_SET" }, TimeProvider.System));

        Assert.DoesNotContain("d3Jvbmc=", broken.ToString(), StringComparison.Ordinal);
        Assert.Contains("DATAGRID_TEST_NOT_SET", missing.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Azurite.Key, options.ToString(), StringComparison.Ordinal);
    }

    private AzureStoreOptions Spoil(AzureStoreOptions options, string what)
    {
        Environment.SetEnvironmentVariable("DATAGRID_TEST_AZURE_WRONG", "d3Jvbmc=");
        return what switch
        {
            "no container" => options with { Container = "nowhere" },
            "wrong key" => options with { AccountKeyVariable = "DATAGRID_TEST_AZURE_WRONG" },
            "expired signature" => Signed(options, BlobContainerSasPermissions.All, TimeSpan.FromHours(-1)),
            "signature that may only read" => Signed(options, BlobContainerSasPermissions.Read, TimeSpan.FromHours(1)),
            _ => options with { Endpoint = "http://127.0.0.1:9/" + Azurite.Account },
        };
    }

    private AzureStoreOptions Signed(AzureStoreOptions options, BlobContainerSasPermissions rights, TimeSpan life)
    {
        var now = TimeProvider.System.GetUtcNow();
        var builder = new BlobSasBuilder(rights, now + life) { BlobContainerName = options.Container, StartsOn = now.AddHours(-2), Resource = "c" };
        var variable = $"{SasVariable}_{life.Ticks > 0}_{rights}".Replace(", ", "_", StringComparison.Ordinal);
        Environment.SetEnvironmentVariable(variable, builder.ToSasQueryParameters(new StorageSharedKeyCredential(Azurite.Account, Azurite.Key)).ToString());
        return options with { Account = null, AccountKeyVariable = null, SasVariable = variable, Endpoint = azurite.Endpoint };
    }
}
