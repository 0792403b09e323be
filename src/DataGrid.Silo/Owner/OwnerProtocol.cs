using System.Globalization;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;

namespace DataGrid.Silo.Owner;

/// <summary>What another command asks of the process that owns a root.</summary>
public enum OwnerCommand
{
    /// <summary>Cancel a run.</summary>
    Cancel,
    /// <summary>Roll a table back.</summary>
    Rollback,
    /// <summary>Vacuum a table.</summary>
    Vacuum,
    /// <summary>Compact a table.</summary>
    Compact,
    /// <summary>Submit a compiled project and start a run of it.</summary>
    Submit,
    /// <summary>Read a run's news; waits for some.</summary>
    ReadEvents,
    /// <summary>Read a run's record.</summary>
    GetRun,
    /// <summary>Rebuild metadata from the store.</summary>
    Recover,
}

/// <summary>One request: a line of JSON.</summary>
public sealed record OwnerRequest
{
    /// <summary>What.</summary>
    public required OwnerCommand Command { get; init; }

    /// <summary>The run of a cancel, or that is read.</summary>
    public RunId? Run { get; init; }

    /// <summary>The project of a submit, compiled.</summary>
    public PipelineSpec? Spec { get; init; }

    /// <summary>The run that a submit asks for.</summary>
    public RunRequest? Request { get; init; }

    /// <summary>News after this number.</summary>
    public long After { get; init; }

    /// <summary>Why a cancel.</summary>
    public string? Reason { get; init; }

    /// <summary>The table.</summary>
    public DatasetName? Dataset { get; init; }

    /// <summary>The version of a rollback.</summary>
    public long? Version { get; init; }

    /// <summary>The retention of a vacuum.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>Take a retention shorter than a long task.</summary>
    public bool AllowShort { get; init; }

    /// <summary>Only say what would be done.</summary>
    public bool DryRun { get; init; }

    /// <summary>While the answer is worked on, empty lines say so: one at once, then one every <see cref="OwnerAddress.SignsOfLifePeriod"/>.</summary>
    public bool WantsSignsOfLife { get; init; }
}

/// <summary>One reply: a line of JSON.</summary>
public sealed record OwnerReply
{
    /// <summary>Of a cancel.</summary>
    public CancelOutcome? Cancel { get; init; }

    /// <summary>Of maintenance.</summary>
    public MaintenanceReply? Maintenance { get; init; }

    /// <summary>Of rebuilding.</summary>
    public RecoveryOutcome? Recovered { get; init; }

    /// <summary>Of a submit.</summary>
    public SubmitOutcome? Submitted { get; init; }

    /// <summary>Of reading news.</summary>
    public RunEventPage? Events { get; init; }

    /// <summary>Of reading a run; null when there is none.</summary>
    public RunRecord? Record { get; init; }

    /// <summary>Why it could not be done.</summary>
    public Problem? Problem { get; init; }
}

/// <summary>
/// Where the owner of a root listens, or each of the silos that share it. A socket's path may have about a hundred characters, so it does not lie in the root but is named after it.
/// Only commands of the same user on the same machine get there: the socket is how they are known, and nothing of it is offered to the network.
/// </summary>
internal static class OwnerAddress
{
    /// <summary>The longest request or reply, in bytes: a large project, compiled.</summary>
    public const int MaxLineBytes = 16 << 20;

    private const string Extension = ".sock";

    /// <summary>How often a process says that it still works on a request.</summary>
    public static readonly TimeSpan SignsOfLifePeriod = TimeSpan.FromSeconds(2);

    /// <summary>The socket of a root; its folder, which this makes, is this user's alone.</summary>
    /// <param name="root">The root.</param>
    /// <param name="silo">Which of the silos that share the root; null where one process owns it.</param>
    public static string Of(string root, string? silo = null)
    {
        var folder = Folder();
        if (!Directory.Exists(folder))
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        return Path.Combine(folder, Hash(Path.GetFullPath(root)) + (silo is null ? "" : "-" + Hash(silo)) + Extension);
    }

    /// <summary>Every socket that was made for a root. Whether anybody listens there still is found out by asking.</summary>
    public static IReadOnlyList<string> ListenersOf(string root) =>
        Directory.Exists(Folder()) ? [.. Directory.EnumerateFiles(Folder(), Hash(Path.GetFullPath(root)) + "*" + Extension).Order(StringComparer.Ordinal)] : [];

    private static string Folder() => Path.Combine(Path.GetTempPath(), $"datagrid-{Environment.UserName}");

    private static string Hash(string text) => StableHash.Of(text).ToString("x16", CultureInfo.InvariantCulture);
}
