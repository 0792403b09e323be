using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;

namespace DataGrid.Core.Pipelines.Drafts;

/// <summary>A project as written: read and checked as far as text alone allows. Columns, types and references are not looked up yet.</summary>
public sealed record ProjectDraft
{
    /// <summary>The project file.</summary>
    public required SourceText File { get; init; }

    /// <summary>The pipeline's name.</summary>
    public required PipelineId Id { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Whom to ask.</summary>
    public string? Owner { get; init; }

    /// <summary>Sources, in the order of the file.</summary>
    public required ImmutableArray<SourceDraft> Sources { get; init; }

    /// <summary>Parameters, in the order of the file.</summary>
    public required ImmutableArray<ParameterDraft> Parameters { get; init; }

    /// <summary>Models, by name.</summary>
    public required ImmutableArray<ModelDraft> Models { get; init; }
}

/// <summary>A source as written.</summary>
public sealed record SourceDraft
{
    /// <summary>The dataset's name and where it stands.</summary>
    public required Located<DatasetName> Name { get; init; }

    /// <summary>Globs.</summary>
    public required ImmutableArray<Located<string>> Files { get; init; }

    /// <summary>The format; given or guessed.</summary>
    public required SourceFormat Format { get; init; }

    /// <summary>The contract; empty when there is none.</summary>
    public ImmutableArray<ColumnDraft> Columns { get; init; } = [];

    /// <summary>What to do about drift.</summary>
    public DriftPolicy OnDrift { get; init; }

    /// <summary>What it holds.</summary>
    public string? Description { get; init; }

    /// <summary>Whom to ask.</summary>
    public string? Owner { get; init; }

    /// <summary>Format settings by their keys, values as text.</summary>
    public ImmutableSortedDictionary<string, string> FormatSettings { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>A column of a contract, or a column that a model describes.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type as written; null in a model's header.</param>
/// <param name="Description">What it means.</param>
public sealed record ColumnDraft(Located<string> Name, Located<string>? Type, string? Description);

/// <summary>A parameter as written.</summary>
/// <param name="Name">The name without <c>$</c>.</param>
/// <param name="Type">The type as written; null where none is.</param>
/// <param name="Default">The value's text when a run gives none; null when one must be given.</param>
public sealed record ParameterDraft(Located<string> Name, Located<string>? Type, Located<string>? Default);

/// <summary>A model as written.</summary>
public sealed record ModelDraft
{
    /// <summary>The dataset that it makes.</summary>
    public required DatasetName Name { get; init; }

    /// <summary>Its file.</summary>
    public required SourceText File { get; init; }

    /// <summary>Where the SQL starts after the header, in UTF-16 units.</summary>
    public required int SqlStart { get; init; }

    /// <summary>How it is stored.</summary>
    public Located<Materialization> Materialization { get; init; }

    /// <summary>Columns by whose values the files are laid out in folders.</summary>
    public ImmutableArray<Located<string>> PartitionBy { get; init; } = [];

    /// <summary>Key columns.</summary>
    public ImmutableArray<Located<string>> Keys { get; init; } = [];

    /// <summary>Which input an append reads only the new part of; null when it is to be inferred.</summary>
    public Located<DatasetName>? Incremental { get; init; }

    /// <summary>Whether aggregating each batch alone is meant.</summary>
    public bool PerBatch { get; init; }

    /// <summary>Described columns.</summary>
    public ImmutableArray<ColumnDraft> Columns { get; init; } = [];

    /// <summary>The checks.</summary>
    public ImmutableArray<CheckDraft> Checks { get; init; } = [];

    /// <summary>What it holds.</summary>
    public string? Description { get; init; }

    /// <summary>Whom to ask.</summary>
    public string? Owner { get; init; }

    /// <summary>Free words.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>How often a failed attempt is made again.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>The pause before the first retry.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>A problem that concerns the whole model.</summary>
    public Contracts.Errors.Problem Problem(string code, Spot spot, string message, string? help = null) => File.Problem(code, spot, message, help, Name.ToString());
}

/// <summary>A check as written.</summary>
public sealed record CheckDraft
{
    /// <summary>The name, given or made; unique in its model.</summary>
    public required Located<string> Name { get; init; }

    /// <summary>What is checked.</summary>
    public required CheckKind Kind { get; init; }

    /// <summary>What happens when it fails.</summary>
    public required Located<CheckAction> Otherwise { get; init; }

    /// <summary>The columns concerned.</summary>
    public ImmutableArray<Located<string>> Columns { get; init; } = [];

    /// <summary>The predicate of <c>that</c> or the SELECT of <c>query</c>.</summary>
    public Located<string>? Sql { get; init; }

    /// <summary>Whether <see cref="Sql"/> stands in the file letter for letter from its place on, so that offsets in it are offsets in the file.</summary>
    public bool SqlIsVerbatim { get; init; }

    /// <summary>accepted: the values.</summary>
    public ImmutableArray<Located<string>> Values { get; init; } = [];

    /// <summary>references: the dataset looked up.</summary>
    public Located<DatasetName>? ReferencedDataset { get; init; }

    /// <summary>references: the column looked up.</summary>
    public string? ReferencedColumn { get; init; }

    /// <summary>row_count: the least number of rows.</summary>
    public long? MinRows { get; init; }

    /// <summary>row_count: the largest number of rows.</summary>
    public long? MaxRows { get; init; }

    /// <summary>Whether it is decided over the whole table.</summary>
    public bool IsTableCheck => Kind is CheckKind.Unique or CheckKind.RowCount or CheckKind.Sql;

    /// <summary>The place of an offset (UTF-16 units, from 0) in <see cref="Sql"/>; its start where the text is not verbatim.</summary>
    public Spot SpotInSql(int offset)
    {
        var sql = Sql ?? throw new InvalidOperationException("this check has no SQL");
        return SqlIsVerbatim ? sql.Source.SpotAt(sql.Source.OffsetOf(sql.Spot) + offset) : sql.Spot;
    }
}
