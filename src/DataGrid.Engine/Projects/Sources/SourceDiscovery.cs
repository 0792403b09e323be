using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Pipelines;
using DataGrid.Core.Pipelines.Drafts;
using DataGrid.DuckDb;
using DataGrid.Engine.Sessions;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Projects.Sources;

/// <summary>Finds out what a project's sources hold: files, columns, types, dialects, and whether files can be read. Looks into files on an engine of its
/// own that reaches exactly these files.</summary>
internal sealed class SourceDiscovery(string folder, EngineOptions engine, ProjectOptions options, ShapeCache cache)
{
    private const int MaxProblemsPerSource = 10;

    /// <summary>Text files up to this size are read whole to see whether they can be; of longer ones the first rows.</summary>
    private const long WholeFileBytes = 8L << 20;

    /// <summary>How much is read per source to see whether it can be.</summary>
    private const long MaxVerifiedBytes = 64L << 20;

    private sealed record Found(SourceDraft Draft, ImmutableArray<ColumnSpec> Contract, ImmutableArray<SourceFile> Files, ImmutableArray<SourceFile> Sample);

    /// <summary>Discovers all sources.</summary>
    /// <param name="sources">The sources as written.</param>
    /// <param name="findType">The engine's text of a type; null when it is none.</param>
    /// <param name="problems">Told what is wrong.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Those whose columns are known, even if files of them have problems.</returns>
    public ImmutableArray<SourceSpec> Discover(IEnumerable<SourceDraft> sources, Func<string, string?> findType, ProblemBag problems, CancellationToken cancellationToken)
    {
        var found = sources.Select(source => Find(source, findType, problems, cancellationToken)).ToList();
        // A path with pattern characters is read by a pattern that matches it alone; the engine holds both against what it may reach.
        var paths = found.SelectMany(static source => source.Sample).SelectMany(static file => new[] { file.Path, FilePattern.Of(file.Path) }).Distinct(StringComparer.Ordinal).ToList();
        LockedInstance? instance = null;
        try
        {
            // Opened when the first file is not known from before.
            DuckDbConnection Connect() => (instance ??= LockedInstance.Open(engine, new InstanceSetup
            {
                Limits = new TaskLimits { MemoryBytes = Math.Min(engine.MemoryBytes, 1L << 30), Threads = engine.Threads, TemporaryBytes = 0 },
                ReadableFiles = paths,
            })).Connection;
            return [.. found.Select(source => Describe(source, Connect, problems, cancellationToken)).OfType<SourceSpec>()];
        }
        finally
        {
            instance?.Dispose();
        }
    }

    private Found Find(SourceDraft draft, Func<string, string?> findType, ProblemBag problems, CancellationToken cancellationToken)
    {
        var contract = ImmutableArray.CreateBuilder<ColumnSpec>();
        foreach (var column in draft.Columns)
        {
            var written = column.Type!.Value;
            var type = findType(written.Value);
            if (type is null)
            {
                problems.Add(written.Problem(ErrorCodes.TypeUnsupported, $"'{written.Value}' is not a type", NearestName.Advice(written.Value, CommonTypes, "Write a SQL type, for example varchar, bigint or decimal(18,2)."),
                    draft.Name.Value.ToString()));
            }
            contract.Add(new ColumnSpec { Name = column.Name.Value, Type = type ?? "VARCHAR", Description = column.Description });
        }
        var set = SourceFiles.Expand(folder, draft.Files, options.MaxSourceFiles, cancellationToken);
        problems.AddRange(set.Problems.Select(problem => problem with { Dataset = draft.Name.Value.ToString() }));
        return new Found(draft, contract.DrainToImmutable(), set.Files, Sample(set.Files));
    }

    private static readonly string[] CommonTypes = ["varchar", "bigint", "integer", "double", "boolean", "date", "timestamp", "decimal(18,2)", "smallint", "timestamptz", "json", "time"];

    /// <summary>The first and the last files: the oldest and the newest where names hold dates.</summary>
    private ImmutableArray<SourceFile> Sample(ImmutableArray<SourceFile> files)
    {
        if (files.Length <= options.MaxSampledFiles) return files;
        var first = (options.MaxSampledFiles + 1) / 2;
        return [.. files[..first], .. files[^(options.MaxSampledFiles - first)..]];
    }

    private SourceSpec? Describe(Found source, Func<DuckDbConnection> connect, ProblemBag problems, CancellationToken cancellationToken)
    {
        var draft = source.Draft;
        var own = new List<Problem>();
        var shapes = Shapes(source, connect, own, cancellationToken);
        var decision = SourceSchema.Decide(source.Contract, draft.OnDrift, draft.Format, [.. shapes.Select(static shape => new SourceFileColumns(shape.File.Name, shape.Columns, shape.IsUntyped))]);
        own.AddRange(decision.Drifts.Select(drift => draft.Name.Problem(ErrorCodes.SourceDrifted, drift.Message, drift.Help)));
        if (decision.Columns.IsEmpty && own.Count == 0 && source.Files.Length > 0)
            own.Add(draft.Name.Problem(ErrorCodes.SourceInvalid, $"the files of {draft.Name.Value} hold no rows to tell columns from", "Say what they will be: columns: { id: bigint }."));
        if (shapes.Count > 0 && shapes.All(static shape => shape.IsUntyped) && source.Contract.IsEmpty)
        {
            own.Add(draft.Name.Problem(ErrorCodes.SourceInvalid, $"the files of {draft.Name.Value} have a header and no rows: all columns are taken as varchar",
                "Say what they are: columns: { id: bigint }.", isWarning: true));
        }
        var settings = Settings(draft, shapes);
        if (own.TrueForAll(static problem => problem.IsWarning) && draft.Format != SourceFormat.Parquet) Verify(source, decision.Columns, settings, shapes, connect, own, cancellationToken);
        Report(own, draft, problems);
        // With a contract, models can be checked even when the files are not there.
        return decision.Columns.IsEmpty ? null : new SourceSpec
        {
            Name = draft.Name.Value,
            Files = [.. draft.Files.Select(static glob => glob.Value)],
            Format = draft.Format,
            Columns = decision.Columns,
            HasContract = !source.Contract.IsEmpty,
            ContractColumns = source.Contract.Length,
            OnDrift = draft.OnDrift,
            Description = draft.Description,
            Owner = draft.Owner,
            FormatSettings = settings,
            Position = draft.Name.Position,
        };
    }

    private List<FileShape> Shapes(Found source, Func<DuckDbConnection> connect, List<Problem> problems, CancellationToken cancellationToken)
    {
        var (draft, shapes) = (source.Draft, new List<FileShape>());
        foreach (var file in source.Sample)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!cache.TryGetShape(file, draft.Format, draft.FormatSettings, out var outcome))
            {
                outcome = SourceInspector.Inspect(connect(), file, draft.Format, draft.FormatSettings, namesOnly: false, cancellationToken);
                cache.Add(file, draft.Format, draft.FormatSettings, outcome);
            }
            if (outcome.Problem is { } problem) problems.Add(problem);
            if (outcome.Shape is not { } shape) continue;
            if (draft.FormatSettings.GetValueOrDefault("header") == "false" && !source.Contract.IsEmpty && shape.Columns.Length != source.Contract.Length)
            {
                problems.Add(draft.Name.Problem(ErrorCodes.SourceDrifted, $"a line of {file.Name} has {shape.Columns.Length} fields; the contract has {source.Contract.Length} columns",
                    "Without a header, columns are told by their place: name them all."));
                continue;
            }
            shapes.Add(SourceScan.NameColumns(shape, draft.FormatSettings, source.Contract));
        }
        return shapes;
    }

    /// <summary>Settings that were given, and those found out that all files agree on.</summary>
    private static ImmutableSortedDictionary<string, string> Settings(SourceDraft draft, List<FileShape> shapes)
    {
        var settings = draft.FormatSettings;
        foreach (var key in (string[])["delimiter", "date_format", "timestamp_format"])
        {
            var values = shapes.Select(shape => shape.Settings.GetValueOrDefault(key)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
            if (values.Count == 1 || (values.Count > 1 && key != "delimiter")) settings = settings.ContainsKey(key) ? settings : settings.Add(key, values[0]);
        }
        return settings;
    }

    private void Verify(Found source, ImmutableArray<ColumnSpec> columns, ImmutableSortedDictionary<string, string> settings, List<FileShape> shapes, Func<DuckDbConnection> connect,
        List<Problem> problems, CancellationToken cancellationToken)
    {
        var left = MaxVerifiedBytes;
        foreach (var shape in shapes)
        {
            if (left < 0) return;
            left -= Math.Min(shape.File.Bytes, WholeFileBytes);
            var select = SourceScan.Select(source.Draft.Format, columns, settings, [shape]);
            if (cache.WasVerified(shape.File, select)) continue;
            if (SourceInspector.Verify(connect(), select, shape.File, shape.File.Bytes <= WholeFileBytes, cancellationToken) is { } problem) problems.Add(problem);
            else cache.AddVerified(shape.File, select);
        }
    }

    private static void Report(List<Problem> own, SourceDraft draft, ProblemBag problems)
    {
        var dataset = draft.Name.Value.ToString();
        problems.AddRange(own.Take(MaxProblemsPerSource).Select(problem => problem with { Dataset = dataset }));
        if (own.Count > MaxProblemsPerSource)
            problems.Add(draft.Name.Problem(ErrorCodes.SourceInvalid, $"{own.Count - MaxProblemsPerSource} more files of {dataset} have problems", "Mend those that are listed first.", dataset));
    }
}
