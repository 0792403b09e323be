namespace DataGrid.Gateway.Access;

/// <summary>How tokens of <see cref="GatewayOptions.Issuer"/> are read.</summary>
public sealed record JwtOptions
{
    /// <summary>The claim that says what somebody may do: one or more texts <c>role</c>, for the workspace that is served, or <c>workspace:role</c>.</summary>
    public string RoleClaim { get; init; } = "datagrid_roles";

    /// <summary>How far clocks may differ.</summary>
    public TimeSpan Skew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the issuer's keys are believed; a key that is not among them is looked for earlier.</summary>
    public TimeSpan KeyLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often the issuer is asked at most.</summary>
    public TimeSpan AskEvery { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest document that is taken from the issuer, in bytes.</summary>
    public int MaxDocumentBytes { get; init; } = 256 << 10;

    /// <summary>What is wrong with these options; nothing when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(RoleClaim)) yield return $"{nameof(RoleClaim)} must not be blank";
        if (Skew < TimeSpan.Zero || Skew > TimeSpan.FromMinutes(1)) yield return $"{nameof(Skew)} must lie between nothing and a minute";
        if (KeyLifetime < TimeSpan.FromSeconds(1) || KeyLifetime > TimeSpan.FromDays(1)) yield return $"{nameof(KeyLifetime)} must lie between a second and a day";
        if (AskEvery < TimeSpan.FromMilliseconds(1) || AskEvery > TimeSpan.FromHours(1)) yield return $"{nameof(AskEvery)} must lie between a millisecond and an hour";
        if (MaxDocumentBytes < 1024) yield return $"{nameof(MaxDocumentBytes)} must be at least 1024";
    }
}
