using System.Net.Sockets;
using System.Text;
using DataGrid.Runtime.Tests.Clustering;
using DataGrid.Runtime.Transport;
using DataGrid.Runtime.Wire;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Transport;

/// <summary>The wire seen from outside: who is let in, what comes twice, what nobody understands.</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private static readonly SiloAddress Stranger = SiloAddress.New(System.Net.IPAddress.Loopback, 1, 1);
    private SiloCluster _cluster = null!;

    private ClusterSilo Silo => _cluster[0];

    public async Task InitializeAsync() => _cluster = await SiloCluster.StartAsync(1);

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_silo_of_another_cluster_is_refused_and_told_why()
    {
        using var stream = await ConnectAsync();
        var refused = await Assert.ThrowsAsync<RefusedException>(() => Handshake.ConnectAsync(stream, Hello() with { ClusterId = "other" }, CancellationToken.None));
        Assert.Equal(RefusalCode.OtherCluster, refused.Code);
        Assert.Contains("other", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_life_of_a_silo_is_not_that_silo()
    {
        using var stream = await ConnectAsync();
        var before = SiloAddress.New(Silo.Address.Endpoint, Silo.Address.Generation - 1);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => Handshake.ConnectAsync(stream, Hello() with { To = before }, CancellationToken.None));
        Assert.Equal(RefusalCode.OtherLife, refused.Code);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 2, 1)]
    [InlineData(0, 1, 1)]
    public async Task A_silo_of_a_neighbouring_version_is_welcome(int min, int max, int chosen)
    {
        using var stream = await ConnectAsync();
        Assert.Equal(chosen, await Handshake.ConnectAsync(stream, Hello() with { MinVersion = min, MaxVersion = max }, CancellationToken.None));
    }

    [Fact]
    public async Task A_silo_of_a_distant_version_is_refused_and_told_what_to_do()
    {
        using var stream = await ConnectAsync();
        var refused = await Assert.ThrowsAsync<RefusedException>(() => Handshake.ConnectAsync(stream, Hello() with { MinVersion = 2, MaxVersion = 3 }, CancellationToken.None));
        Assert.Equal(RefusalCode.NoCommonVersion, refused.Code);
        Assert.Contains("upgrade through a release that speaks both", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silos_of_two_versions_work_side_by_side()
    {
        var newer = await _cluster.AddAsync(options => options.WireVersions = (1, WireVersion.Max + 1));
        await _cluster.AgreeAsync();
        Assert.Equal(newer.Name, (await Silo.Grains.GetGrain<IPlaceGrain>(CallTests.KeyOn(_cluster, 1)).Where()).Silo);
        Assert.Equal(Silo.Name, (await newer.Grains.GetGrain<IPlaceGrain>(CallTests.KeyOn(_cluster, 0)).Where()).Silo);
        var error = await Assert.ThrowsAsync<OrleansConfigurationException>(() => _cluster.AddAsync(options => options.WireVersions = (WireVersion.Max + 1, WireVersion.Max + 1)));
        Assert.Contains("upgrade the cluster through a release that speaks both", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_comes_twice_runs_once()
    {
        using var stream = await ConnectAsync();
        await Handshake.ConnectAsync(stream, Hello(), CancellationToken.None);
        var frame = Request(7, "Add", 5L);
        await stream.WriteAsync(frame);
        await stream.WriteAsync(frame);
        await stream.WriteAsync(Request(8, "Add", 1L));
        Assert.Equal(7UL, await ReadAsync(stream));
        Assert.Equal(8UL, await ReadAsync(stream));
        Assert.Equal(6, await Silo.Grains.GetGrain<IPlaceGrain>("twice").Add(0));
        Assert.Contains(Silo.Logs.Lines, line => line.Contains("came twice", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_method_that_this_silo_does_not_know_is_an_error_of_that_call_only()
    {
        using var stream = await ConnectAsync();
        await Handshake.ConnectAsync(stream, Hello(), CancellationToken.None);
        await stream.WriteAsync(Request(1, "OfTheNextVersion", 1L));
        await stream.WriteAsync(Request(2, "Add", 1L));
        Assert.Equal(1UL, await ReadAsync(stream));
        Assert.Equal(2UL, await ReadAsync(stream));
    }

    [Fact]
    public async Task A_kind_of_frame_that_this_silo_does_not_know_is_skipped()
    {
        using var stream = await ConnectAsync();
        await Handshake.ConnectAsync(stream, Hello(), CancellationToken.None);
        await stream.WriteAsync(OutgoingFrame.Empty((FrameKind)99, 1).Span.ToArray());
        await stream.WriteAsync(Request(2, "Add", 1L));
        Assert.Equal(2UL, await ReadAsync(stream));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: grid\r\n\r\n")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public async Task Who_speaks_something_else_is_sent_away_and_harms_nobody(string words)
    {
        using var stream = await ConnectAsync();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(words));
        await AssertEndsAsync(stream);
        Assert.Equal(1, await Silo.Grains.GetGrain<IPlaceGrain>("after").Add(1));
    }

    [Fact]
    public async Task A_frame_beyond_the_limit_ends_its_connection_without_being_read()
    {
        using var stream = await ConnectAsync();
        await Handshake.ConnectAsync(stream, Hello(), CancellationToken.None);
        await stream.WriteAsync(new byte[] { 0xFF, 0xFF, 0xFF, 0x7F, 4, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3 });
        await AssertEndsAsync(stream);
        Assert.Equal(1, await Silo.Grains.GetGrain<IPlaceGrain>("after").Add(1));
    }

    private static async Task AssertEndsAsync(NetworkStream stream)
    {
        using var limit = new CancellationTokenSource(SiloCluster.Patience);
        try
        {
            Assert.Equal(0, await stream.ReadAsync(new byte[1], limit.Token));
        }
        catch (IOException)
        {
            // Reset: over as well.
        }
    }

    private static async Task<ulong> ReadAsync(NetworkStream stream)
    {
        using var limit = new CancellationTokenSource(SiloCluster.Patience);
        var header = new byte[OutgoingFrame.HeaderBytes];
        await stream.ReadExactlyAsync(header, limit.Token);
        Assert.Equal((byte)FrameKind.Response, header[OutgoingFrame.KindAt]);
        await stream.ReadExactlyAsync(new byte[BitConverter.ToInt32(header) + OutgoingFrame.KindAt - OutgoingFrame.HeaderBytes], limit.Token);
        return BitConverter.ToUInt64(header, OutgoingFrame.NumberAt);
    }

    private byte[] Request(ulong number, string method, long argument)
    {
        using var writer = OutgoingFrame.Begin(4096);
        RequestHeader.Write(writer, Silo.Cluster.Codecs, new RequestHeader
        {
            Target = GrainId.Create("place", "twice"),
            Interface = typeof(IPlaceGrain).FullName!,
            Method = method,
            Remaining = TimeSpan.FromMinutes(1),
        });
        writer.Varint(1);
        writer.Byte((byte)WireKind.Varint);
        writer.Varint(WireWriter.ZigZag(argument));
        return OutgoingFrame.End(writer, FrameKind.Request, number).Span.ToArray();
    }

    private Hello Hello() => new("test", Stranger, Silo.Address, "stranger", WireVersion.Min, WireVersion.Max);

    private async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Silo.Address.Endpoint);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
