using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Lineage;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;

namespace DataGrid.Core.Runs;

/// <summary>Turns staged steps into the commits that publish them.</summary>
public static class PublishPlanner
{
    /// <summary>The transaction id under which a run commits a table: a repeated commit is known by it.</summary>
    public static string TransactionOf(RunId run, DatasetName dataset) => $"run:{run}/{dataset}";

    /// <summary>Builds the plan.</summary>
    /// <param name="run">The run; its request says whether everything was rebuilt.</param>
    /// <param name="number">The plan's number.</param>
    /// <param name="staged">All selected steps, in graph order.</param>
    /// <param name="lineageFiles">The lineage file of each step, in its table's folder.</param>
    /// <param name="cursorFiles">The cursor file of each append step that has one.</param>
    public static PublishPlan Build(
        RunRecord run, int number, IReadOnlyList<StagedStep> staged,
        IReadOnlyDictionary<DatasetName, string> lineageFiles, IReadOnlyDictionary<DatasetName, string> cursorFiles)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(staged);
        var commits = ImmutableArray.CreateBuilder<DatasetCommit>();
        foreach (var step in staged)
        {
            if (step.Manifest is not { } manifest) continue;
            var provenance = ProvenanceOf(run, step, manifest, lineageFiles[step.Step.Name]);
            if (QuarantineCommit(run, step, manifest, provenance) is { } quarantine) commits.Add(quarantine);
            if (!ChangesNothing(step, manifest)) commits.Add(DataCommit(run, step, manifest, provenance, cursorFiles.GetValueOrDefault(step.Step.Name)));
        }
        return new PublishPlan
        {
            Run = run.Run,
            Pipeline = run.Pipeline,
            Number = number,
            Commits = commits.ToImmutable(),
            Views = [.. staged.Where(static step => step.Step.Materialization == Materialization.View).Select(static step => step.Step.Name)],
        };
    }

    /// <summary>Fills in the versions of inputs that this very run published before.</summary>
    public static VersionProvenance WithVersions(VersionProvenance provenance, IReadOnlyDictionary<DatasetName, long> published)
    {
        ArgumentNullException.ThrowIfNull(provenance);
        ArgumentNullException.ThrowIfNull(published);
        return provenance with { Inputs = WithVersions(provenance.Inputs, published) };
    }

    /// <summary>Fills in the versions of inputs that this very run published before.</summary>
    public static ImmutableArray<InputVersion> WithVersions(ImmutableArray<InputVersion> inputs, IReadOnlyDictionary<DatasetName, long> published) =>
        [.. inputs.Select(input => published.TryGetValue(input.Dataset, out var version) ? input with { Version = version } : input)];

    private static bool ChangesNothing(StagedStep step, Manifest manifest) =>
        step.Step.Materialization == Materialization.Merge && step.BaseVersion is not null && step.Files.IsEmpty && manifest.ReplacedFiles.IsEmpty;

    private static DatasetCommit DataCommit(RunRecord run, StagedStep step, Manifest manifest, VersionProvenance provenance, string? cursor)
    {
        var kind = run.Request.FullRefresh ? RowChange.Replace : step.Step.Materialization switch
        {
            Materialization.Append => RowChange.Append,
            Materialization.Merge => RowChange.Merge,
            _ => RowChange.Replace,
        };
        return new DatasetCommit
        {
            Dataset = step.Step.Name,
            Owner = run.Pipeline,
            Run = run.Run,
            Step = step.Step.Name,
            Kind = kind,
            BaseVersion = step.BaseVersion,
            Columns = WithDescriptions(manifest.Columns, step.Step.Columns),
            PartitionBy = step.Step.PartitionBy,
            Adds = [.. step.Files.Where(static file => file.File.Role == ManifestFileRole.Data)],
            Removes = kind == RowChange.Merge ? manifest.ReplacedFiles : [],
            CheckedWholeTable = step.Step.Checks.Any(static check => check.Kind is CheckKind.Unique or CheckKind.RowCount or CheckKind.Sql),
            Cursor = cursor,
            BaseCursor = step.BaseCursor,
            Provenance = provenance,
            Description = step.Step.Description,
            ReplacesSchema = run.Request.FullRefresh,
        };
    }

    /// <summary>A quarantine follows its table: replaced with it, otherwise appended.
    /// A replaced table without bad rows empties the quarantine that it had.</summary>
    private static DatasetCommit? QuarantineCommit(RunRecord run, StagedStep step, Manifest manifest, VersionProvenance provenance)
    {
        ImmutableArray<AdoptedFile> files = [.. step.Files.Where(static file => file.File.Role == ManifestFileRole.Quarantine)];
        var isReplaced = step.Step.Materialization == Materialization.Table || run.Request.FullRefresh;
        if (files.IsEmpty && !(isReplaced && step.QuarantineBase is { Files.IsEmpty: false })) return null;
        return new DatasetCommit
        {
            Dataset = step.Step.Name.Quarantine,
            Owner = run.Pipeline,
            Run = run.Run,
            Step = step.Step.Name,
            Kind = isReplaced ? RowChange.Replace : RowChange.Append,
            BaseVersion = step.QuarantineBase?.Version,
            Columns = files.IsEmpty ? step.QuarantineBase!.Columns : manifest.QuarantineColumns,
            Adds = files,
            Provenance = provenance with { Rows = manifest.RowsQuarantined },
            Description = $"Rows of {step.Step.Name} that its checks held back",
            ReplacesSchema = isReplaced,
        };
    }

    private static VersionProvenance ProvenanceOf(RunRecord run, StagedStep step, Manifest manifest, string lineageFile) => new()
    {
        Run = run.Run,
        Pipeline = run.Pipeline,
        Fingerprint = run.Request.Fingerprint,
        Inputs = step.Inputs,
        LineageFile = lineageFile,
        Materialization = step.Step.Materialization,
        Checks = [.. step.Checks.Select(static check => check with { Samples = [] })],
        Rows = manifest.RowsWritten,
        RowsQuarantined = manifest.RowsQuarantined,
        RowsDropped = manifest.RowsDropped,
        Parameters = run.Request.ParameterValues,
    };

    private static ImmutableArray<ColumnSpec> WithDescriptions(ImmutableArray<ColumnSpec> written, ImmutableArray<ColumnSpec> declared)
    {
        var descriptions = declared.ToDictionary(static column => column.Name, static column => column.Description, StringComparer.OrdinalIgnoreCase);
        return [.. written.Select(column => column with { Description = descriptions.GetValueOrDefault(column.Name) })];
    }
}
