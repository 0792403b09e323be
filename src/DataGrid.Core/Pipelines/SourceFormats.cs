using DataGrid.Contracts.Pipelines;

namespace DataGrid.Core.Pipelines;

/// <summary>What files' names tell about their format.</summary>
public static class SourceFormats
{
    private static readonly (string Extension, SourceFormat Format)[] Extensions =
    [
        (".csv", SourceFormat.Csv), (".tsv", SourceFormat.Csv), (".psv", SourceFormat.Csv),
        (".ndjson", SourceFormat.Ndjson), (".jsonl", SourceFormat.Ndjson), (".json", SourceFormat.Json),
        (".parquet", SourceFormat.Parquet), (".pq", SourceFormat.Parquet),
    ];

    /// <summary>The format that a file's name or a glob tells (compressed: <c>.gz</c> and <c>.zst</c> are looked through); null when it tells none.</summary>
    public static SourceFormat? Guess(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (var compression in (string[])[".gz", ".zst"])
            if (name.EndsWith(compression, StringComparison.OrdinalIgnoreCase)) name = name[..^compression.Length];
        foreach (var (extension, format) in Extensions)
            if (name.EndsWith(extension, StringComparison.OrdinalIgnoreCase)) return format;
        return null;
    }

    /// <summary>The format as the project file and messages write it.</summary>
    public static string Name(SourceFormat format) => format switch
    {
        SourceFormat.Csv => "csv",
        SourceFormat.Ndjson => "ndjson",
        SourceFormat.Json => "json",
        _ => "parquet",
    };
}
