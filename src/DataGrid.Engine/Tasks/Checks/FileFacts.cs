using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Core.Quality.Proofs;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Output;

namespace DataGrid.Engine.Tasks.Checks;

/// <summary>What the statistics of files say about a column.</summary>
internal sealed class FileFacts
{
    private const string NullFolder = "__HIVE_DEFAULT_PARTITION__";

    private FileFacts(OutputColumn column, SubjectFacts facts, ImmutableArray<(string Least, string Greatest)> bounds) =>
        (Name, Type, Facts, Bounds) = (column.Name, column.Type, facts, bounds);

    /// <summary>The column.</summary>
    public string Name { get; }

    /// <summary>The type under which the checks read it.</summary>
    public string Type { get; }

    /// <summary>What is certain about NULL.</summary>
    public SubjectFacts Facts { get; }

    /// <summary>Least and greatest value, or a value below and one above, of each file that has values; empty when those of any file are not known.</summary>
    public ImmutableArray<(string Least, string Greatest)> Bounds { get; }

    /// <param name="column">A column.</param>
    /// <param name="files">Files that have it, as a folder or in them.</param>
    public static FileFacts Of(OutputColumn column, IReadOnlyList<WrittenFile> files)
    {
        var (nulls, values, isKnown) = (0L, 0L, true);
        var bounds = ImmutableArray.CreateBuilder<(string, string)>(files.Count);
        foreach (var file in files)
        {
            if (file.PartitionValues.TryGetValue(column.Name, out var folder))
            {
                // Which of these names is read back as NULL is the reader's business.
                if (folder is "" or NullFolder)
                    return new FileFacts(column, SubjectFacts.Nothing, []);
                (nulls, values) = folder is null ? (nulls + file.Rows, values) : (nulls, values + file.Rows);
                if (folder is not null)
                    Add(folder, folder);
                continue;
            }
            var statistics = file.Columns.FirstOrDefault(c => DeltaStatistics.SplitPath(c.Key) is [var name] && string.Equals(name, column.Name, StringComparison.OrdinalIgnoreCase)).Value;
            if (statistics is null || !statistics.TryGetValue("null_count", out var text) || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                return new FileFacts(column, SubjectFacts.Nothing, []);
            (nulls, values) = (nulls + count, values + file.Rows - count);
            if (count == file.Rows)
                continue;
            // Bounds leave NaN out, which the engine counts as greater than all others.
            var mayHaveNaN = column.Type is "FLOAT" or "DOUBLE" && statistics.GetValueOrDefault("has_nan") != "false";
            if (!mayHaveNaN && statistics.TryGetValue("min", out var least) && statistics.TryGetValue("max", out var greatest))
                Add(least, greatest);
            else
                isKnown = false;
        }
        var facts = new SubjectFacts { MayBeNull = nulls != 0, MayHaveValue = values != 0 };
        return new FileFacts(column, facts, isKnown && column.Type == column.StoredType ? bounds.ToImmutable() : []);

        void Add(string least, string greatest)
        {
            isKnown &= !least.Contains('\0', StringComparison.Ordinal) && !greatest.Contains('\0', StringComparison.Ordinal);
            bounds.Add((least, greatest));
        }
    }

    /// <summary>The bounds of one file as SQL; NULL, which bounds nothing, when there are not so many.</summary>
    public string Row(int row) => row < Bounds.Length ? $"{SqlText.QuoteLiteral(Bounds[row].Least)}, {SqlText.QuoteLiteral(Bounds[row].Greatest)}" : "NULL, NULL";
}
