namespace DataGrid.Silo.Owner;

/// <summary>How long a command waits for the process that owns a root, or for one of the silos that share it.</summary>
public sealed record OwnerClientOptions
{
    /// <summary>To be let in.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Until it says that it has the request. A process that is paused or overwhelmed does not.</summary>
    public TimeSpan FirstAnswerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between two signs of life while it works on the request. They come every two seconds, however long the work takes.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a request that may be sent again is sent to one silo after the other.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Between two such rounds.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>What is wrong with these options; nothing when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        if (ConnectTimeout <= TimeSpan.Zero || ConnectTimeout > TimeSpan.FromMinutes(1)) yield return $"{nameof(ConnectTimeout)} must be positive and at most a minute";
        if (FirstAnswerTimeout <= TimeSpan.Zero || FirstAnswerTimeout > TimeSpan.FromMinutes(5)) yield return $"{nameof(FirstAnswerTimeout)} must be positive and at most five minutes";
        if (IdleTimeout <= TimeSpan.Zero || IdleTimeout > TimeSpan.FromMinutes(5)) yield return $"{nameof(IdleTimeout)} must be positive and at most five minutes";
        if (Patience <= TimeSpan.Zero || Patience > TimeSpan.FromHours(1)) yield return $"{nameof(Patience)} must be positive and at most an hour";
        if (Pause <= TimeSpan.Zero || Pause > TimeSpan.FromMinutes(1)) yield return $"{nameof(Pause)} must be positive and at most a minute";
    }
}
