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
        var folders = columns.Where(c => partitionBy.Contains(c.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        var hive = folders.Count == 0
            ? "hive_partitioning = false"
            : $"hive_partitioning = true, hive_types = {{{string.Join(", ", folders.Select(c => $"{SqlText.QuoteLiteral(c.Name)}: {c.StoredType}"))}}}";
        var list = string.Join(", ", columns.Select(c => asStored ? c.Quoted : c.FromStored));
        return $"SELECT {list}{more} FROM read_parquet({SqlText.QuoteLiteralList(files.Select(f => FilePattern.Of(f.Path)))}, {hive})";
    }
}
