using DataGrid.Contracts.Storage;
using DataGrid.Storage.Tests.Conformance;

namespace DataGrid.Storage.Tests.S3;

public sealed class S3ConformanceTests : ObjectStoreConformance, IAsyncLifetime
{
    private S3TestStore _test = null!; // Set before each test.

    public async Task InitializeAsync() => _test = await S3TestStore.StartAsync();

    public async Task DisposeAsync() => await _test.DisposeAsync();

    protected override IObjectStore Open()
    {
        _test.Server.PageSize = 7;
        return _test.Open();
    }
}

/// <summary>The same with uploads as servers take them that do not know S3's chunks.</summary>
public sealed class S3PlainUploadConformanceTests : ObjectStoreConformance, IAsyncLifetime
{
    private S3TestStore _test = null!; // Set before each test.

    public async Task InitializeAsync() => _test = await S3TestStore.StartAsync();

    public async Task DisposeAsync() => await _test.DisposeAsync();

    protected override IObjectStore Open() => _test.Open(_test.Options with { UsesPlainUploads = true, Prefix = null });
}
