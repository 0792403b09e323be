namespace DataGrid.FakeS3;

/// <summary>A request as faults see it.</summary>
/// <param name="Operation">What is asked: <c>PutObject</c>, <c>GetObject</c>, <c>HeadObject</c>, <c>ListObjectsV2</c>, <c>UploadPart</c> and so on.</param>
/// <param name="Key">The key; empty for the bucket's own operations.</param>
/// <param name="Number">How many requests came before.</param>
/// <param name="IsConditional">Whether it is a put that must not replace anything.</param>
public sealed record FakeRequest(string Operation, string Key, int Number, bool IsConditional);

/// <summary>What goes wrong with a request.</summary>
/// <param name="Status">The reply's status; 0 for a connection that is cut instead of a reply.</param>
/// <param name="Code">The reply's error code.</param>
/// <param name="IsApplied">Whether the request takes effect before that.</param>
/// <param name="HoldsUntilGivenUp">Whether there is no reply at all until the caller gives up.</param>
public sealed record FakeFault(int Status, string Code, bool IsApplied = false, bool HoldsUntilGivenUp = false)
{
    public static FakeFault Internal { get; } = new(500, "InternalError");

    public static FakeFault SlowDown { get; } = new(503, "SlowDown");

    public static FakeFault TooMany { get; } = new(429, "TooManyRequests");

    /// <summary>The connection is reset and nothing was done.</summary>
    public static FakeFault Reset { get; } = new(0, "");

    /// <summary>It is done, and then the connection is reset.</summary>
    public static FakeFault ReplyLost { get; } = new(0, "", IsApplied: true);

    /// <summary>It is done, and the reply says that the server failed.</summary>
    public static FakeFault DoneButFailed { get; } = new(500, "InternalError", IsApplied: true);

    /// <summary>No reply comes.</summary>
    public static FakeFault Hangs { get; } = new(0, "", HoldsUntilGivenUp: true);
}
