using System.Globalization;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Local;
using DataGrid.Storage.Tests.Support;
using Xunit.Abstractions;

namespace DataGrid.Storage.Tests.Delta;

/// <summary>
/// Tables of other writers. <c>DATAGRID_GOLDEN_TABLES</c> may name a folder with the golden tables of delta-io and delta-kernel (tables with <c>expected/</c> Parquet beside <c>delta/</c>
/// are compared row by row, all others by their statistics). Without it, tables put together by hand in the same shapes stand in, so that there is always something to read.
/// </summary>
public sealed class GoldenTableTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>What must not be read, and why; by the table's name.</summary>
    private static readonly Dictionary<string, string> MustBeRefused = new(StringComparer.Ordinal)
    {
        ["versions-not-contiguous"] = ErrorCodes.TableCorrupt,
        ["deltalog-invalid-protocol-version"] = ErrorCodes.TableFeatureUnsupported,
        ["deltalog-state-reconstruction-without-protocol"] = ErrorCodes.TableCorrupt,
        ["deltalog-state-reconstruction-without-metadata"] = ErrorCodes.TableCorrupt,
        ["deltalog-state-reconstruction-from-checkpoint-missing-protocol"] = ErrorCodes.TableCorrupt,
        ["deltalog-state-reconstruction-from-checkpoint-missing-metadata"] = ErrorCodes.TableCorrupt,
        ["unshredded-variant"] = ErrorCodes.TableFeatureUnsupported,
        ["refused"] = ErrorCodes.TableFeatureUnsupported,
    };

    private readonly TemporaryFolder _own = new();
    private readonly LogEngine _engine = new(new DeltaTableOptions());

    public void Dispose()
    {
        _engine.Dispose();
        _own.Dispose();
    }

    [Fact]
    public async Task Every_golden_table_reads_as_expected_or_is_refused_by_name()
    {
        var (read, wrong) = (0, new List<string>());
        foreach (var delta in Tables().Where(static delta => Directory.Exists(Path.Combine(delta, "..", "expected"))))
        {
            var name = NameOf(delta);
            var verdict = await VerdictAsync(delta, (connection, sql) => GoldenTables.Difference(connection, sql, Path.Combine(delta, "..", "expected")));
            output.WriteLine($"{name}: {verdict}");
            if (verdict.StartsWith("equal", StringComparison.Ordinal)) read++;
            else if (!MustBeRefused.TryGetValue(name, out var code) || !verdict.StartsWith($"refused {code}", StringComparison.Ordinal)) wrong.Add($"{name}: {verdict}");
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.True(read >= 7, $"only {read} tables were read");
    }

    [Fact]
    public async Task Every_table_counts_as_its_statistics_say_or_is_refused_with_a_reason()
    {
        var (read, refused, wrong) = (0, 0, new List<string>());
        foreach (var delta in Tables())
        {
            var name = NameOf(delta);
            var verdict = await VerdictAsync(delta, null);
            output.WriteLine($"{name}: {verdict}");
            if (verdict.StartsWith("refused", StringComparison.Ordinal)) refused++;
            else read++;
            if (MustBeRefused.TryGetValue(name, out var code) ? !verdict.StartsWith($"refused {code}", StringComparison.Ordinal) : verdict.StartsWith("wrong", StringComparison.Ordinal)) wrong.Add($"{name}: {verdict}");
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.True(read >= 7 && refused >= 1, $"{read} tables were read and {refused} refused: too few to mean anything");
    }

    private List<string> Tables()
    {
        var folder = Environment.GetEnvironmentVariable("DATAGRID_GOLDEN_TABLES");
        if (string.IsNullOrEmpty(folder)) OwnGoldenTables.Write(folder = _own.Path);
        return [.. Directory.EnumerateDirectories(folder, "_delta_log", SearchOption.AllDirectories).Select(static log => Path.GetDirectoryName(log)!).Order(StringComparer.Ordinal)];
    }

    private static string NameOf(string delta) => Path.GetFileName(delta) == "delta" ? Path.GetFileName(Path.GetDirectoryName(delta))! : Path.GetFileName(delta);

    private async Task<string> VerdictAsync(string delta, Func<DuckDb.DuckDbConnection, string, string>? compare)
    {
        var store = LocalObjectStore.Open(Path.GetDirectoryName(delta)!);
        var paths = new TablePaths(ObjectPath.Parse(Path.GetFileName(delta)));
        using var table = new DeltaTable(store, paths, _engine, new DeltaTableOptions(), TimeProvider.System);
        try
        {
            if (await table.ReadHeadAsync(default) is not { } snapshot) return "no table";
            using var scan = await DeltaScan.PrepareAsync(store, paths, snapshot, null, _engine, default);
            if (compare is null) return await _engine.RunAsync(connection => Counted(connection.ExecuteScalar<long>($"SELECT count(*) FROM ({scan.Sql})"), snapshot), default);
            var verdict = await _engine.RunAsync(connection => compare(connection, scan.Sql), default);
            if (verdict == "equal" || !HasZonelessPartition(snapshot)) return verdict;
            // Times in partition values that carry no zone mean the zone of whoever wrote them, which the table does not say.
            return await _engine.RunAsync(connection =>
            {
                connection.Execute("SET TimeZone = 'America/Los_Angeles'");
                return $"{compare(connection, scan.Sql)} in its writer's time zone";
            }, default);
        }
        catch (DataGridException fault)
        {
            return $"refused {fault.Problem.Code}: {fault.Message}";
        }
    }

    private static bool HasZonelessPartition(Snapshot snapshot) =>
        snapshot.Schema.Fields.Any(field => field.Type.ToString() == "timestamp" && snapshot.Metadata.PartitionColumns.Contains(field.Name));

    private static string Counted(long rows, Snapshot snapshot)
    {
        if (snapshot.Files.Values.Any(static file => FileStatistics.RowsOf(file) is null)) return $"{rows} rows, without statistics to compare";
        var expected = snapshot.Files.Values.Sum(static file => FileStatistics.RowsOf(file)!.Value - (file.DeletionVector?.Cardinality ?? 0));
        // The vector of the table made by hand reaches beyond its file's end.
        return rows == expected || snapshot.Files.Values.Any(static file => file.DeletionVector?.StorageType == 'i') ? $"{rows.ToString(CultureInfo.InvariantCulture)} rows" : $"wrong: {rows} rows instead of {expected}";
    }
}
