using System.Buffers;
using System.Net.Sockets;
using System.Text;
using DataGrid.Silo.Web;

namespace DataGrid.Gateway.Tests.Http;

/// <summary>HTTP/1.1 and HTTP/2 on one port.</summary>
public sealed class SharedPortTests(Bed bed) : IClassFixture<Bed>
{
    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    [Theory]
    [InlineData("", null)]
    [InlineData("P", null)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r", null)]
    [InlineData(Preface, true)]
    [InlineData(Preface + "more", true)]
    [InlineData("POST / HTTP/1.1\r\n", false)]
    [InlineData("PRI * HTTP/1.1\r\n\r\nSM\r\n\r\n", false)]
    [InlineData("GET", false)]
    public void The_first_bytes_tell_which_it_is(string begun, bool? expected) => Assert.Equal(expected, SharedPort.Tell(new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(begun))));

    [Fact]
    public async Task Bytes_that_come_one_by_one_are_answered_in_their_protocol()
    {
        Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(await AskAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")), StringComparison.Ordinal);
        // The server's first frame is its settings: type 4, on stream 0.
        var frame = await AskAsync(Preface + "\0\0\0\u0004\0\0\0\0\0");
        Assert.Equal((4, 0), (frame[3], frame[5] | frame[6] | frame[7] | frame[8]));
    }

    private async Task<byte[]> AskAsync(string text)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(bed.Address.Host, bed.Address.Port);
        var stream = client.GetStream();
        foreach (var letter in Encoding.ASCII.GetBytes(text)) await stream.WriteAsync(new[] { letter });
        var answer = new byte[12];
        await stream.ReadExactlyAsync(answer.AsMemory(0, 9));
        await stream.ReadExactlyAsync(answer.AsMemory(9, 3));
        return answer;
    }
}
