using DataGrid.Runtime.Transport;

namespace DataGrid.Runtime.Tests.Transport;

/// <summary>One end of a connection alone: what becomes of frames that never leave.</summary>
public sealed class FrameConnectionTests
{
    [Fact]
    public void A_frame_whose_connection_is_closed_just_before_it_is_written_is_given_back()
    {
        using var line = new MemoryStream();
        var handler = new Handler();
        using var connection = new FrameConnection(line, maxFrameBytes: 1000, maxQueuedFrames: 10, handler);
        handler.WhenSending = () => connection.Close(new IOException("gone"));

        Assert.True(connection.TryEnqueue(OutgoingFrame.Empty(FrameKind.Ping, 7), force: false));

        Assert.Equal(["sending 7", "closed with 0 unsent", "unwritten 7"], handler.Told);
    }

    [Fact]
    public void Frames_that_wait_when_it_is_closed_are_given_back_and_later_ones_refused()
    {
        using var line = new MemoryStream();
        var handler = new Handler();
        using var connection = new FrameConnection(line, maxFrameBytes: 1000, maxQueuedFrames: 10, handler);
        handler.WhenSending = () =>
        {
            connection.TryEnqueue(OutgoingFrame.Empty(FrameKind.Ping, 8), force: false);
            connection.Close(new IOException("gone"));
        };

        connection.TryEnqueue(OutgoingFrame.Empty(FrameKind.Ping, 7), force: false);

        Assert.Equal(["sending 7", "closed with 1 unsent", "unwritten 7"], handler.Told);
        Assert.False(connection.TryEnqueue(OutgoingFrame.Empty(FrameKind.Ping, 9), force: true));
    }

    private sealed class Handler : IFrameHandler
    {
        public List<string> Told { get; } = [];

        public Action WhenSending { get; set; } = static () => { };

        public bool OnSending(OutgoingFrame frame)
        {
            Told.Add($"sending {NumberOf(frame)}");
            WhenSending();
            return true;
        }

        public void OnFrame(FrameKind kind, ulong number, ReadOnlySpan<byte> body) => Told.Add($"frame {number}");

        public void OnUnwritten(OutgoingFrame frame) => Told.Add($"unwritten {NumberOf(frame)}");

        public void OnClosed(Exception? error, IReadOnlyList<OutgoingFrame> unsent) => Told.Add($"closed with {unsent.Count} unsent");

        private static byte NumberOf(OutgoingFrame frame) => frame.Span[OutgoingFrame.NumberAt];
    }
}
