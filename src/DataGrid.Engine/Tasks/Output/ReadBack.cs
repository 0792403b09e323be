using System.Globalization;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks.Output;

/// <summary>Reads written files again, for checks, quarantine and merge: what is checked is what will be published.</summary>
internal static class ReadBack
{
    /// <summary>The column that tells where a row stands: the number of its file and its number in it, in order.</summary>
    public const string PlaceColumn = "__place";

    private const int RowBits = 40;

    /// <param name="files">Files that <see cref="ParquetWriter"/> wrote.</param>
    /// <param name="columns">Their columns.</param>
    /// <param name="partitionBy">Those of them that are folders.</param>
    /// <param name="asStored">false: with the types that the SQL gave them, for which checks were written.</param>
    /// <param name="withPlace">Whether each row tells its place, as <see cref="PlaceColumn"/>.</param>
    public static string Select(IReadOnlyList<WrittenFile> files, IReadOnlyList<OutputColumn> columns, IReadOnlyList<string> partitionBy, bool asStored = false, bool withPlace = false)
    {
        if (files.Count == 0)
            return $"SELECT {string.Join(", ", columns.Select(c => $"CAST(NULL AS {(asStored ? c.StoredType : c.Type)}) AS {c.Quoted}"))} LIMIT 0";
        var place = string.Create(CultureInfo.InvariantCulture, $", ((list_position({SqlText.QuoteLiteralList(files.Select(f => f.Path))}, filename)::BIGINT - 1) << {RowBits}) + file_row_number AS {PlaceColumn}");
        return Scan(files, columns, partitionBy, asStored, withPlace ? place : "");
    }

    /// <summary>The rows at some places, in order, with their places; only the row groups that hold them are read.</summary>
    public static string SelectAt(IReadOnlyList<WrittenFile> files, IReadOnlyList<OutputColumn> columns, IReadOnlyList<string> partitionBy, IEnumerable<long> places)
    {
        var parts = places.GroupBy(place => (int)(place >> RowBits)).Select(group =>
        {
            var first = (long)group.Key << RowBits;
            var place = string.Create(CultureInfo.InvariantCulture, $", {first} + file_row_number AS {PlaceColumn}");
            var rows = group.Select(place => (place - first).ToString(CultureInfo.InvariantCulture));
            return $"{Scan([files[group.Key]], columns, partitionBy, asStored: false, place)} WHERE file_row_number IN ({string.Join(", ", rows)})";
        });
        return $"SELECT * FROM ({string.Join("\nUNION ALL\n", parts)}) ORDER BY {PlaceColumn}";
    }

    private static string Scan(IReadOnlyList<WrittenFile> files, IReadOnlyList<OutputColumn> columns, IReadOnlyList<string> partitionBy, bool asStored, string more)
    {
        var folders = columns.Where(c => partitionBy.Contains(c.Name, StringComparer.OrdinalIgnoreCase)).Select(column => (Column: column, Folder: FolderOf(column, files[0]))).ToList();
        var hive = folders.Count == 0
            ? "hive_partitioning = false"
            : $"hive_partitioning = true, hive_types = {{{string.Join(", ", folders.Select(c => $"{SqlText.QuoteLiteral(c.Folder)}: {c.Column.StoredType}"))}}}";
        var list = string.Join(", ", columns.Select(c => asStored ? c.Quoted : c.FromStored));
        var from = $"read_parquet({SqlText.QuoteLiteralList(files.Select(f => FilePattern.Of(f.Path)))}, {hive})";
        var escaped = folders.Where(c => !string.Equals(c.Folder, c.Column.Name, StringComparison.OrdinalIgnoreCase)).Select(c => $"{SqlText.QuoteIdentifier(c.Folder)} AS {c.Column.Quoted}").ToList();
        if (escaped.Count > 0)
            from = $"(SELECT *, filename, file_row_number, {string.Join(", ", escaped)} FROM {from})";
        return $"SELECT {list}{more} FROM {from}";
    }

    /// <summary>The column's name as it stands in the paths: the engine escapes what a path should not hold when it writes, and takes it as it is when it reads.</summary>
    private static string FolderOf(OutputColumn column, WrittenFile file) =>
        file.Path.Split(Path.DirectorySeparatorChar).Where(static part => part.Contains('=', StringComparison.Ordinal)).Select(static part => part[..part.IndexOf('=', StringComparison.Ordinal)])
            .FirstOrDefault(name => string.Equals(Uri.UnescapeDataString(name), column.Name, StringComparison.OrdinalIgnoreCase)) ?? column.Name;
}
