using System.Text;
using DataGrid.Contracts.Storage;
using DataGrid.FakeS3;
using DataGrid.Storage.S3;
using DataGrid.Storage.Tests.Support;

namespace DataGrid.Storage.Tests.S3;

public sealed class S3FaultTests : IAsyncLifetime
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("entry");
    private static readonly ObjectPath Entry = ObjectPath.Parse("log/1.json");

    private S3TestStore _test = null!; // Set before each test.

    public static TheoryData<string> Transient => ["500", "503", "429", "reset", "reply lost", "done but failed", "hangs"];

    public async Task InitializeAsync() => _test = await S3TestStore.StartAsync();

    public async Task DisposeAsync() => await _test.DisposeAsync();

    [Theory]
    [MemberData(nameof(Transient))]
    public async Task A_put_if_absent_is_sent_once_and_what_its_reply_does_not_tell_is_unknown(string what)
    {
        var store = _test.Open(Hasty());
        var fault = FaultOf(what);
        _test.Server.Fault = request => request.Operation == "PutObject" ? fault : null;

        Assert.Equal(PutOutcome.Unknown, await store.PutIfAbsentAsync(Entry, Content, default));

        Assert.Single(_test.Server.Requests, static request => request.Operation == "PutObject");
        Assert.Equal(fault.IsApplied ? Content : null, await store.ReadAsync(Entry, default));
    }

    [Fact]
    public async Task A_conditional_put_that_meets_another_is_settled_by_reading()
    {
        _test.Server.Fault = request => request.IsConditional ? new FakeFault(409, "ConditionalRequestConflict") : null;

        Assert.Equal(PutOutcome.Unknown, await _test.Open().PutIfAbsentAsync(Entry, Content, default));
    }

    [Theory]
    [MemberData(nameof(Transient))]
    public async Task Reads_lists_and_writes_that_may_be_repeated_are(string what)
    {
        var store = _test.Open(Hasty());
        var failed = new HashSet<(string, string)>();
        _test.Server.Fault = request =>
        {
            lock (failed) return failed.Add((request.Operation, request.Key)) ? FaultOf(what) : null;
        };

        await store.PutAsync(Entry, Content, default);
        Assert.Equal(Content, await store.ReadAsync(Entry, default));
        Assert.Equal(Content[1..3], await store.ReadRangeAsync(Entry, 1, 2, default));
        Assert.Equal(Content.Length, (await store.StatAsync(Entry, default))!.SizeBytes);
        Assert.Equal(Entry, (await store.ListAsync(ObjectPath.Parse("log"), ListScope.Tree, default).SingleAsync()).Path);
        Assert.True(await store.DeleteAsync(Entry, default) || FaultOf(what).IsApplied);
        Assert.Null(await store.ReadAsync(Entry, default));
    }

    [Theory]
    [MemberData(nameof(Transient))]
    public async Task A_file_in_parts_arrives_whole_through_faults_of_every_step(string what)
    {
        using var folder = new TemporaryFolder();
        var store = _test.Open(Hasty());
        var failed = new HashSet<string>();
        _test.Server.Fault = request =>
        {
            lock (failed) return failed.Add(request.Operation) ? FaultOf(what) : null;
        };
        var content = new byte[11 << 20];
        new Random(3).NextBytes(content);
        await File.WriteAllBytesAsync(folder.File("big"), content);

        await store.AdoptAsync(folder.File("big"), ObjectPath.Parse("table/big"), default);

        Assert.Equal(content, Assert.Single(_test.Server.Content.Objects).Content);
        Assert.True(failed.IsSupersetOf(["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"]));
    }

    [Fact]
    public async Task An_upload_that_fails_is_given_up_and_what_cannot_be_is_cleaned_up_later()
    {
        using var folder = new TemporaryFolder();
        var store = _test.Open();
        await File.WriteAllBytesAsync(folder.File("big"), new byte[11 << 20]);
        _test.Server.Fault = static request => request.Operation is "UploadPart" ? new FakeFault(403, "AccessDenied") : null;
        await Assert.ThrowsAsync<ObjectStoreException>(() => store.AdoptAsync(folder.File("big"), ObjectPath.Parse("table/big"), default));
        Assert.Equal(0, _test.Server.Content.OpenUploads);
        Assert.True(File.Exists(folder.File("big")));

        _test.Server.Fault = static request => request.Operation is "UploadPart" or "AbortMultipartUpload" ? new FakeFault(403, "AccessDenied") : null;
        await Assert.ThrowsAsync<ObjectStoreException>(() => store.AdoptAsync(folder.File("big"), ObjectPath.Parse("table/big"), default));
        Assert.Equal(1, _test.Server.Content.OpenUploads);

        _test.Server.Fault = static _ => null;
        var now = TimeProvider.System.GetUtcNow();
        Assert.Equal(0, await store.DeleteUnfinishedAsync(ObjectPath.Parse("table"), now.AddHours(-1), default));
        Assert.Equal(0, await store.DeleteUnfinishedAsync(ObjectPath.Parse("other"), now.AddHours(1), default));
        Assert.Equal(1, await store.DeleteUnfinishedAsync(ObjectPath.Parse("table"), now.AddHours(1), default));
        Assert.Equal(0, _test.Server.Content.OpenUploads);
        Assert.Empty(_test.Server.Content.Objects);
    }

    [Fact]
    public async Task Attempts_are_bounded_and_the_fault_says_how_many_there_were()
    {
        _test.Server.Fault = static _ => FakeFault.SlowDown;

        var fault = await Assert.ThrowsAsync<ObjectStoreException>(() => _test.Open().ReadAsync(Entry, default));

        Assert.Equal(StoreFault.Throttled, fault.Fault);
        Assert.Contains("6 attempts", fault.Message, StringComparison.Ordinal);
        Assert.Equal(6, _test.Server.Requests.Count);
    }

    [Fact]
    public async Task The_time_for_all_attempts_is_bounded()
    {
        var options = Hasty();
        options = options with { Requests = options.Requests with { Attempts = 1000, FirstPause = TimeSpan.FromMilliseconds(300), LongestPause = TimeSpan.FromMilliseconds(300), TotalTime = TimeSpan.FromSeconds(2) } };
        _test.Server.Fault = static _ => FakeFault.Internal;

        await Assert.ThrowsAsync<ObjectStoreException>(() => _test.Open(options).ReadAsync(Entry, default));

        Assert.InRange(_test.Server.Requests.Count, 2, 15);
    }

    [Theory]
    [InlineData("NoSuchBucket", StoreFault.Misconfigured, "there is no bucket")]
    [InlineData("InvalidAccessKeyId", StoreFault.AccessDenied, "does not accept the credentials")]
    [InlineData("SignatureDoesNotMatch", StoreFault.AccessDenied, "does not accept the credentials")]
    [InlineData("ExpiredToken", StoreFault.AccessDenied, "have expired")]
    [InlineData("AuthorizationHeaderMalformed", StoreFault.Misconfigured, "another region")]
    [InlineData("RequestTimeTooSkewed", StoreFault.Misconfigured, "clock")]
    [InlineData("AccessDenied", StoreFault.AccessDenied, "may not do this")]
    [InlineData("Unreachable", StoreFault.Unavailable, "connection")]
    public async Task Every_refusal_names_the_store_and_the_key_and_says_what_to_do_without_a_secret(string code, StoreFault kind, string says)
    {
        var store = _test.Open(await SpoilAsync(code));
        List<Func<Task>> calls =
        [
            () => store.ReadAsync(Entry, default), () => store.PutAsync(Entry, Content, default), () => store.ListAsync(ObjectPath.Parse("log"), ListScope.Tree, default).ToListAsync().AsTask(),
        ];
        // The reply to HEAD has no body: a bucket that is not there looks like an object that is not.
        if (code != "NoSuchBucket") calls.AddRange([() => store.StatAsync(Entry, default), () => store.DeleteAsync(Entry, default)]);
        foreach (var call in calls)
        {
            var fault = await Assert.ThrowsAsync<ObjectStoreException>(call);
            Assert.True(fault.Fault == kind, fault.ToString());
            Assert.Contains(says, fault.Message, StringComparison.Ordinal);
            Assert.Contains("s3://", fault.Message, StringComparison.Ordinal);
            Assert.Contains("log", fault.Message, StringComparison.Ordinal);
            Assert.True(kind == StoreFault.Unavailable || fault.Help is not null);
            foreach (var secret in new[] { FakeS3Server.SecretKey, FakeS3Server.AccessKey, "wrong-secret", "wrong-key", "Signature=", "expired-token" })
                Assert.DoesNotContain(secret, fault.ToString() + fault.Help, StringComparison.Ordinal);
        }
        if (kind != StoreFault.Unavailable) Assert.Equal(kind, (await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutIfAbsentAsync(Entry, Content, default))).Fault);
    }

    [Fact]
    public void Options_hold_names_of_variables_and_no_secret()
    {
        Assert.DoesNotContain(FakeS3Server.SecretKey, _test.Options.ToString(), StringComparison.Ordinal);
        var missing = Assert.Throws<ObjectStoreException>(() => S3ObjectStore.Open(_test.Options with { SecretKeyVariable = "DATAGRID_TEST_NOT_SET" }, TimeProvider.System));
        Assert.Contains("DATAGRID_TEST_NOT_SET", missing.Message, StringComparison.Ordinal);
        Assert.Equal(StoreFault.Misconfigured, Assert.Throws<ObjectStoreException>(() => S3ObjectStore.Open(_test.Options with { Endpoint = "http://user:word@host" }, TimeProvider.System)).Fault);
    }

    [Fact]
    public async Task A_key_that_is_too_long_with_the_prefix_is_refused_before_it_is_sent()
    {
        var path = ObjectPath.Parse(string.Join('/', Enumerable.Repeat(new string('x', 99), 10)) + "/tail");
        var store = _test.Open(_test.Options with { Prefix = new string('p', 30) });

        Assert.Equal(StoreFault.Unsupported, (await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync(path, Content, default))).Fault);
        Assert.Empty(_test.Server.Requests);
    }

    // On a machine that is busy a part may take longer than the timeout many times over.
    private S3StoreOptions Hasty() => _test.Options with { Requests = _test.Options.Requests with { RequestTimeout = TimeSpan.FromSeconds(1), Attempts = 100, TotalTime = TimeSpan.FromMinutes(5) } };

    private static FakeFault FaultOf(string what) => what switch
    {
        "500" => FakeFault.Internal,
        "503" => FakeFault.SlowDown,
        "429" => FakeFault.TooMany,
        "reset" => FakeFault.Reset,
        "reply lost" => FakeFault.ReplyLost,
        "done but failed" => FakeFault.DoneButFailed,
        _ => FakeFault.Hangs,
    };

    private static TestClock Skewed()
    {
        var clock = new TestClock();
        clock.Advance(TimeSpan.FromDays(-100));
        return clock;
    }

    private async Task<S3StoreOptions> SpoilAsync(string code)
    {
        Environment.SetEnvironmentVariable("DATAGRID_TEST_WRONG", "wrong-secret");
        switch (code)
        {
            case "NoSuchBucket": return _test.Options with { Bucket = "nowhere" };
            case "InvalidAccessKeyId": return _test.Options with { AccessKeyVariable = "DATAGRID_TEST_WRONG" };
            case "SignatureDoesNotMatch": return _test.Options with { SecretKeyVariable = "DATAGRID_TEST_WRONG" };
            case "AuthorizationHeaderMalformed": return _test.Options with { Region = "us-west-2" };
            case "ExpiredToken":
                Environment.SetEnvironmentVariable("DATAGRID_TEST_EXPIRED", "expired");
                return _test.Options with { SessionTokenVariable = "DATAGRID_TEST_EXPIRED" };
            case "RequestTimeTooSkewed":
                _test.Server.Clock = Skewed();
                return _test.Options;
            case "Unreachable":
                await _test.Server.DisposeAsync();
                return _test.Options with { Endpoint = "http://127.0.0.1:9" };
            default:
                _test.Server.Fault = _ => new FakeFault(403, code);
                return _test.Options;
        }
    }
}
