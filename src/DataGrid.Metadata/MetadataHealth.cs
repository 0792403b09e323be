namespace DataGrid.Metadata;

/// <summary>Whether the metadata can be reached, for readiness checks. It only tells: being away stops nothing that can wait.</summary>
public sealed class MetadataHealth
{
    private readonly string _name;
    private Absence? _absence;

    /// <summary>A store that answers, called <paramref name="name"/>: what operators know it by, without any secret.</summary>
    internal MetadataHealth(string name) => _name = name;

    /// <summary>Whether it answered last.</summary>
    public bool IsAvailable => Volatile.Read(ref _absence) is null;

    /// <summary>Since when it does not answer; null while it does.</summary>
    public DateTimeOffset? AwaySince => Volatile.Read(ref _absence)?.Since;

    /// <summary>One sentence without a full stop: <c>the metadata in … answers</c>, or <c>… is away since …: …</c>.</summary>
    public string Description => Volatile.Read(ref _absence) is { } absence
        ? $"the metadata in {_name} is away since {absence.Since:u}: {absence.Reason}"
        : $"the metadata in {_name} answers";

    /// <summary>It answered.</summary>
    /// <returns>Since when it had been away; null when it had not.</returns>
    internal DateTimeOffset? Answered() => Volatile.Read(ref _absence) is null ? null : Interlocked.Exchange(ref _absence, null)?.Since;

    /// <summary>It did not answer.</summary>
    /// <returns>Whether that is news.</returns>
    internal bool Missed(DateTimeOffset now, string reason) => Interlocked.CompareExchange(ref _absence, new Absence(now, reason), null) is null;

    private sealed record Absence(DateTimeOffset Since, string Reason);
}
