using DataGrid.Contracts.Storage;
using DataGrid.Storage.Tests.Support;

namespace DataGrid.Storage.Tests.Conformance;

public sealed class MemoryObjectStoreTests : ObjectStoreConformance
{
    protected override IObjectStore Open() => new MemoryObjectStore(TimeProvider.System);
}
