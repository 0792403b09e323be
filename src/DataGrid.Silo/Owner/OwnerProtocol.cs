using System.Globalization;
using System.Text;
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

/// <summary>Where the owner of a root listens. A socket's path may have about a hundred characters, so it does not lie in the root but is named after it.</summary>
internal static class OwnerAddress
{
    /// <summary>The longest request or reply, in bytes: a large project, compiled.</summary>
    public const int MaxLineBytes = 16 << 20;

    /// <summary>The socket of a root. Its folder is this user's alone.</summary>
    /// <param name="root">The root.</param>
    /// <param name="silo">Which of the silos that share the root; null where one process owns it.</param>
    public static string Of(string root, string? silo = null)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"datagrid-{Environment.UserName}");
        if (!Directory.Exists(folder))
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        return Path.Combine(folder, StableHash.Of(silo is null ? Path.GetFullPath(root) : $"{Path.GetFullPath(root)}\n{silo}").ToString("x16", CultureInfo.InvariantCulture) + ".sock");
    }

    /// <summary>Reads one line of at most <see cref="MaxLineBytes"/>; null at the end of the stream.</summary>
    public static async Task<string?> ReadLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        var line = new MemoryStream();
        var buffer = new byte[4096];
        while (line.Length < MaxLineBytes)
        {
            var read = await stream.ReadAsync(buffer, cancellationToken);
            if (read == 0) return null;
            var end = Array.IndexOf(buffer, (byte)'\n', 0, read);
            line.Write(buffer, 0, end < 0 ? read : end);
            if (end >= 0) return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length);
        }
        return null;
    }
}
