using System.Reflection;
using Microsoft.Extensions.Options;

namespace DataGrid.Runtime;

/// <summary>The settings of an embedded silo. Every limit is checked when the silo starts.</summary>
public sealed class EmbeddedSiloOptions
{
    /// <summary>The cluster's name; silos of another runtime never share it.</summary>
    public string ClusterId { get; set; } = "default";

    /// <summary>The silo's name.</summary>
    public string SiloName { get; set; } = "local";

    /// <summary>The assemblies that hold grain classes. Nothing else is searched.</summary>
    public IList<Assembly> GrainAssemblies { get; } = [];

    /// <summary>How long a caller waits for an answer; the callee runs on.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an activation may be idle.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often idle activations are looked for.</summary>
    public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many requests may wait for one activation.</summary>
    public int MaxQueuedRequests { get; set; } = 50_000;

    /// <summary>How often a request is passed on from an activation that ended to its successor.</summary>
    public int MaxForwards { get; set; } = 16;

    /// <summary>Turns that take longer are logged with the grain's name.</summary>
    public TimeSpan LongTurnThreshold { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long reading state and OnActivateAsync may take.</summary>
    public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the last requests and OnDeactivateAsync may take.</summary>
    public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long all of stopping may take; what still runs then is left behind.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(12);

    /// <summary>The shortest period of a reminder.</summary>
    public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long to wait after reminders could not be read.</summary>
    public TimeSpan ReminderRetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// For tests: every argument and result is copied as a wire would, so that a member without <c>[Id]</c> is lost and a type without
    /// <c>[GenerateSerializer]</c> is refused.
    /// </summary>
    public bool SerializeEveryCall { get; set; }
}

/// <summary>Checks <see cref="EmbeddedSiloOptions"/>; every message names the setting, its value and its range.</summary>
internal sealed class EmbeddedSiloOptionsValidator : IValidateOptions<EmbeddedSiloOptions>
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    public ValidateOptionsResult Validate(string? name, EmbeddedSiloOptions options)
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(options.ClusterId))
            errors.Add($"{nameof(options.ClusterId)} must not be blank.");
        if (string.IsNullOrWhiteSpace(options.SiloName))
            errors.Add($"{nameof(options.SiloName)} must not be blank.");
        Check(nameof(options.CallTimeout), options.CallTimeout, TimeSpan.FromMilliseconds(1), Longest);
        Check(nameof(options.CollectionAge), options.CollectionAge, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(36500));
        Check(nameof(options.CollectionQuantum), options.CollectionQuantum, TimeSpan.FromMilliseconds(1), Longest);
        Check(nameof(options.LongTurnThreshold), options.LongTurnThreshold, TimeSpan.FromMilliseconds(1), Longest);
        Check(nameof(options.ActivationTimeout), options.ActivationTimeout, TimeSpan.FromMilliseconds(1), Longest);
        Check(nameof(options.DeactivationTimeout), options.DeactivationTimeout, TimeSpan.FromMilliseconds(1), Longest);
        Check(nameof(options.ShutdownTimeout), options.ShutdownTimeout, TimeSpan.FromMilliseconds(1), Longest);
        Check(nameof(options.MinimumReminderPeriod), options.MinimumReminderPeriod, TimeSpan.FromMilliseconds(1), Longest);
        Check(nameof(options.ReminderRetryDelay), options.ReminderRetryDelay, TimeSpan.FromMilliseconds(1), Longest);
        if (options.MaxQueuedRequests < 1)
            errors.Add($"{nameof(options.MaxQueuedRequests)} is {options.MaxQueuedRequests}: it must be at least 1.");
        if (options.MaxForwards < 1)
            errors.Add($"{nameof(options.MaxForwards)} is {options.MaxForwards}: it must be at least 1.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Check(string setting, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
                errors.Add($"{setting} is {value}: it must be between {least} and {most}.");
        }
    }
}
