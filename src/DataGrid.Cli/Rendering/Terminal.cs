namespace DataGrid.Cli.Rendering;

/// <summary>Where the command writes, and what can be done there. Results go to <see cref="Out"/>; progress and problems to <see cref="Error"/>, so that a
/// redirected result holds nothing else.</summary>
internal sealed record Terminal
{
    private const int UnknownWidth = 120;

    /// <summary>Results.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Progress and problems.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Raw bytes of <see cref="Out"/>, for results that are not text.</summary>
    public Func<Stream> OpenOutput { get; init; } = static () => Stream.Null;

    /// <summary>Whether somebody watches <see cref="Out"/>.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>Whether somebody watches <see cref="Error"/>, so that lines may be drawn again.</summary>
    public bool ErrorIsInteractive { get; init; }

    /// <summary>Whether <see cref="Out"/> may have colour.</summary>
    public bool HasColor { get; init; }

    /// <summary>Whether <see cref="Error"/> may have colour.</summary>
    public bool ErrorHasColor { get; init; }

    /// <summary>Columns of the screen.</summary>
    public int Width { get; init; } = UnknownWidth;

    /// <summary>The terminal of this process. <c>NO_COLOR</c> and <c>TERM=dumb</c> are heeded.</summary>
    public static Terminal ForProcess()
    {
        var isDumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        var mayColor = !isDumb && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var outIsTerminal = !Console.IsOutputRedirected;
        var errorIsTerminal = !Console.IsErrorRedirected;
        return new Terminal
        {
            Out = Console.Out,
            Error = Console.Error,
            OpenOutput = Console.OpenStandardOutput,
            IsInteractive = outIsTerminal && !isDumb,
            ErrorIsInteractive = errorIsTerminal && mayColor,
            HasColor = outIsTerminal && mayColor,
            ErrorHasColor = errorIsTerminal && mayColor,
            Width = outIsTerminal && Console.WindowWidth > 0 ? Console.WindowWidth : UnknownWidth,
        };
    }
}
