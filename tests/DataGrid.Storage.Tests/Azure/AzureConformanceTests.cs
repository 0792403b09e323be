using DataGrid.Contracts.Storage;
using DataGrid.Storage.Azure;
using DataGrid.Storage.Tests.Conformance;
using DataGrid.Storage.Tests.Runs;

namespace DataGrid.Storage.Tests.Azure;

[Collection(AzuriteTests.Name)]
public sealed class AzureConformanceTests(Azurite azurite) : ObjectStoreConformance, IAsyncLifetime
{
    private AzureStoreOptions _options = null!; // Set before each test.

    public async Task InitializeAsync() => _options = await azurite.ContainerAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    protected override IObjectStore Open() => AzureObjectStore.Open(_options, TimeProvider.System);
}

[Collection(AzuriteTests.Name)]
public sealed class AzureDeltaTests(Azurite azurite) : DeltaConformance, IAsyncLifetime
{
    private AzureStoreOptions _options = null!; // Set before each test.

    public async Task InitializeAsync() => _options = await azurite.ContainerAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    protected override IObjectStore Open() => AzureObjectStore.Open(_options, TimeProvider.System);
}

[Collection(AzuriteTests.Name)]
public sealed class RunFilesInAzureTests(Azurite azurite) : RunFilesConformance, IAsyncLifetime
{
    private IObjectStore _store = null!; // Set before each test.

    protected override IObjectStore Store => _store;

    public async Task InitializeAsync() => _store = AzureObjectStore.Open(await azurite.ContainerAsync(), TimeProvider.System);

    public Task DisposeAsync() => Task.CompletedTask;
}
