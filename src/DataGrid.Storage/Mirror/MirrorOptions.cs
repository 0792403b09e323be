namespace DataGrid.Storage.Mirror;

/// <summary>Limits of the mirror: the files of a remote store that this machine has copies of.</summary>
public sealed record MirrorOptions
{
    /// <summary>Where copies lie; processes on one machine may share it.</summary>
    public required string Folder { get; init; }

    /// <summary>How much disk copies may take, in bytes. What is in use is never removed, so work that needs more takes more.</summary>
    public long MaxBytes { get; init; } = 16L << 30;

    /// <summary>How many files are brought at the same time.</summary>
    public int Parallelism { get; init; } = 8;

    /// <summary>How much one request brings, in bytes.</summary>
    public int PieceBytes { get; init; } = 8 << 20;

    /// <summary>Files up to this size are brought whole, since requests cost more than bytes then.</summary>
    public long WholeBytes { get; init; } = 1 << 20;

    /// <summary>What is wrong with these options, one sentence each; empty when nothing is.</summary>
    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(Folder)) yield return $"{nameof(Folder)} is empty";
        if (MaxBytes < 1) yield return $"{nameof(MaxBytes)} is {MaxBytes}; it must be positive";
        if (Parallelism < 1) yield return $"{nameof(Parallelism)} is {Parallelism}; it must be at least 1";
        if (PieceBytes < 1 << 16) yield return $"{nameof(PieceBytes)} is {PieceBytes}; it must be at least 64 KiB";
        if (WholeBytes < 0) yield return $"{nameof(WholeBytes)} is {WholeBytes}; it must not be negative";
    }
}
