using DataGrid.FakeS3;
using DataGrid.Storage.Remote;
using DataGrid.Storage.S3;

namespace DataGrid.Storage.Tests.S3;

/// <summary>A fake server and stores on it, for one test.</summary>
internal sealed class S3TestStore : IAsyncDisposable
{
    private const string KeyVariable = "DATAGRID_TEST_S3_KEY";
    private const string SecretVariable = "DATAGRID_TEST_S3_SECRET";

    private readonly List<RemoteObjectStore> _stores = [];

    private S3TestStore(FakeS3Server server) => Server = server;

    public FakeS3Server Server { get; }

    public static async Task<S3TestStore> StartAsync()
    {
        Environment.SetEnvironmentVariable(KeyVariable, FakeS3Server.AccessKey);
        Environment.SetEnvironmentVariable(SecretVariable, FakeS3Server.SecretKey);
        return new S3TestStore(await FakeS3Server.StartAsync());
    }

    public S3StoreOptions Options => new()
    {
        Bucket = Server.Bucket,
        Prefix = "root/with space",
        Region = FakeS3Server.Region,
        Endpoint = Server.Endpoint,
        UsesPathStyle = true,
        AccessKeyVariable = KeyVariable,
        SecretKeyVariable = SecretVariable,
        Requests = new RemoteStoreOptions { FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(5), PartBytes = 5 << 20 },
    };

    public RemoteObjectStore Open(S3StoreOptions? options = null)
    {
        var store = S3ObjectStore.Open(options ?? Options, TimeProvider.System);
        _stores.Add(store);
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        _stores.ForEach(static store => store.Dispose());
        await Server.DisposeAsync();
    }
}
