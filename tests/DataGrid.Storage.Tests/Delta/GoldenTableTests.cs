using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Storage;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Local;
using DataGrid.Storage.Tests.Support;
using Xunit.Abstractions;

namespace DataGrid.Storage.Tests.Delta;

/// <summary>
/// Tables of other writers. With <c>DATAGRID_GOLDEN_TABLES</c> set to a folder whose sub-folders hold <c>delta/</c> and <c>expected/</c> (Parquet), every one is read and compared;
/// without it, tables written by hand in the same shapes stand in, so that the test always has something to read.
/// </summary>
public sealed class GoldenTableTests(ITestOutputHelper output) : IDisposable
{
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
        var folder = Environment.GetEnvironmentVariable("DATAGRID_GOLDEN_TABLES");
        if (string.IsNullOrEmpty(folder)) return;
        var (read, refused, wrong) = (0, 0, new List<string>());
        foreach (var golden in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            if (!Directory.Exists(Path.Combine(golden, "delta", "_delta_log")) || !Directory.Exists(Path.Combine(golden, "expected"))) continue;
            var name = Path.GetFileName(golden);
            var verdict = await CompareAsync(golden);
            output.WriteLine($"{name}: {verdict}");
            if (verdict == "equal") read++;
            else if (verdict.StartsWith("refused", StringComparison.Ordinal)) refused++;
            else wrong.Add($"{name}: {verdict}");
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.True(read >= 4, $"only {read} tables were read");
        Assert.True(refused >= 1, "no table was refused: the refusal is not tried");
    }

    private async Task<string> CompareAsync(string golden)
    {
        var store = LocalObjectStore.Open(golden);
        var paths = new TablePaths(ObjectPath.Parse("delta"));
        using var table = new DeltaTable(store, paths, _engine, new DeltaTableOptions(), TimeProvider.System);
        try
        {
            var snapshot = await table.ReadHeadAsync(default);
            if (snapshot is null) return "no table";
            using var scan = await DeltaScan.PrepareAsync(store, paths, snapshot, null, _engine, default);
            return await _engine.RunAsync(connection => GoldenTables.Difference(connection, scan.Sql, Path.Combine(golden, "expected")), default);
        }
        catch (DataGridException fault) when (fault.Problem.Code is ErrorCodes.TableFeatureUnsupported or ErrorCodes.TableCorrupt)
        {
            return $"refused: {fault.Message}";
        }
    }
}
