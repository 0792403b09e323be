using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Pipelines;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Projects.Sources;

/// <summary>How to read a source's files, or why they cannot be.</summary>
/// <param name="Select">A SELECT of exactly <see cref="SourceSpec.Columns"/>; null when there is a problem.</param>
/// <param name="Problem">Why not.</param>
public sealed record SourceScanOutcome(string? Select, Problem? Problem);

/// <summary>Reads sources at run time, by what was found out when the project was compiled.</summary>
public static class SourceScanner
{
    /// <summary>Looks at every file's columns, holds them against the source, and writes the SQL that reads them all.</summary>
    /// <param name="connection">May read the files.</param>
    /// <param name="source">The source as compiled.</param>
    /// <param name="files">Its pinned files.</param>
    /// <param name="cancellationToken">Interrupts the engine.</param>
    public static SourceScanOutcome Prepare(DuckDbConnection connection, SourceSpec source, IReadOnlyList<TaskFile> files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(files);
        var shapes = new List<FileShape>(files.Count);
        foreach (var file in files)
        {
            var found = new SourceFile(file.Path, file.Name, file.Bytes, file.ModifiedAt ?? default);
            // Objects of JSON are read by their names, so a file's own columns do not matter.
            if (source.Format is SourceFormat.Json or SourceFormat.Ndjson)
            {
                if (file.Bytes > 0) shapes.Add(new FileShape { File = found, Columns = source.Columns });
                continue;
            }
            var outcome = SourceInspector.Inspect(connection, found, source.Format, source.FormatSettings, namesOnly: true, cancellationToken);
            if (outcome.Problem is { } problem) return new SourceScanOutcome(null, problem with { Dataset = source.Name.ToString() });
            if (outcome.Shape is { } shape) shapes.Add(SourceScan.NameColumns(shape, source.FormatSettings, source.Columns));
        }
        return Drift(source, shapes) is { } drift ? new SourceScanOutcome(null, drift) : new SourceScanOutcome(SourceScan.Select(source.Format, source.Columns, source.FormatSettings, shapes), null);
    }

    private static Problem? Drift(SourceSpec source, List<FileShape> shapes)
    {
        // Columns were decided when the project was compiled: now they are a contract. What came since then is taken up by the next compilation.
        var policy = source.OnDrift == DriftPolicy.Fail ? DriftPolicy.Fail : DriftPolicy.IgnoreNew;
        var files = shapes.Select(static shape => new SourceFileColumns(shape.File.Name, shape.Columns, shape.IsUntyped));
        // Without a contract and with accept_new, older files may lack columns.
        if (source is { HasContract: false, OnDrift: DriftPolicy.AcceptNew })
            files = files.Select(file => file with { Columns = [.. file.Columns, .. source.Columns.Where(column => file.Columns.All(own => !string.Equals(own.Name, column.Name, StringComparison.OrdinalIgnoreCase)))] });
        var drifts = SourceSchema.Decide(source.Columns, policy, source.Format, [.. files]).Drifts;
        if (drifts.IsEmpty) return null;
        return new Problem
        {
            Code = ErrorCodes.SourceDrifted,
            Message = source.HasContract ? drifts[0].Message : drifts[0].Message.Replace("the contract", $"{source.Name}, as it was compiled,", StringComparison.Ordinal),
            Position = source.Position,
            Help = drifts[0].Help,
            Dataset = source.Name.ToString(),
        };
    }
}

/// <summary>Finds the files of a source when a run pins its inputs.</summary>
public sealed class ProjectSourceFiles : ISourceFiles
{
    private readonly ProjectOptions _options;

    /// <summary>With limits.</summary>
    public ProjectSourceFiles(ProjectOptions options) => _options = options;

    /// <inheritdoc/>
    public Task<SourceFilesOutcome> FindAsync(string projectDirectory, SourceSpec source, CancellationToken cancellationToken) => Task.Run(() =>
    {
        var set = SourceFiles.Expand(projectDirectory, source.Files, _options.MaxSourceFiles, cancellationToken);
        if (set.Problems.Length > 0)
            return new SourceFilesOutcome([], set.Problems[0] with { Dataset = source.Name.ToString(), Position = source.Position });
        ImmutableArray<TaskFile> files =
            [.. set.Files.Select(static file => new TaskFile { Path = file.Path, Bytes = file.Bytes, Name = file.Name, ModifiedAt = file.ModifiedAt })];
        return new SourceFilesOutcome(files, null);
    }, cancellationToken);
}
