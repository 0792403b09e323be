using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks.Output;

/// <summary>Reads written files again, for checks, quarantine and merge: what is checked is what will be published.</summary>
internal static class ReadBack
{
    public const string FileColumn = "__file";

    public const string RowColumn = "__row";

    /// <param name="files">Files that <see cref="ParquetWriter"/> wrote.</param>
    /// <param name="columns">Their columns.</param>
    /// <param name="partitionBy">Those of them that are folders.</param>
    /// <param name="asStored">false: with the types that the SQL gave them, for which checks were written.</param>
    /// <param name="withPlace">Whether each row tells its file and its number in it, as <see cref="FileColumn"/> and <see cref="RowColumn"/>.</param>
    public static string Select(IReadOnlyList<WrittenFile> files, IReadOnlyList<OutputColumn> columns, IReadOnlyList<string> partitionBy, bool asStored = false, bool withPlace = false)
    {
        if (files.Count == 0)
            return $"SELECT {string.Join(", ", columns.Select(c => $"CAST(NULL AS {(asStored ? c.StoredType : c.Type)}) AS {c.Quoted}"))} LIMIT 0";
        var folders = columns.Where(c => partitionBy.Contains(c.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        var hive = folders.Count == 0
            ? "hive_partitioning = false"
            : $"hive_partitioning = true, hive_types = {{{string.Join(", ", folders.Select(c => $"{SqlText.QuoteLiteral(c.Name)}: {c.StoredType}"))}}}";
        var list = string.Join(", ", columns.Select(c => asStored ? c.Quoted : c.FromStored));
        if (withPlace)
            list += $", filename AS {FileColumn}, file_row_number AS {RowColumn}";
        return $"SELECT {list} FROM read_parquet({SqlText.QuoteLiteralList(files.Select(f => FilePattern.Of(f.Path)))}, {hive})";
    }
}
