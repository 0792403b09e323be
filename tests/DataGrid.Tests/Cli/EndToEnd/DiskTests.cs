using DataGrid.Contracts.Storage;
using DataGrid.Storage.Local;

namespace DataGrid.Tests.Cli.EndToEnd;

/// <summary>A disk that is really full, and one that is really read-only: what people read, with which code the command ends, and that it goes on afterwards.</summary>
public sealed class DiskTests : IDisposable
{
    private const int EnvironmentFault = 3;
    private readonly ProjectFolder _project = new();

    public DiskTests()
    {
        _project.Write("datagrid.yaml", "pipeline: disk\nparameters:\n  n: { type: bigint, default: 10 }\n");
        // Hashes do not compress: about ten bytes a row.
        _project.Write("models/silver/rows.sql", "select i as id, hash(i) as h from range($n) as numbers(i)");
        _project.Write("models/gold/total.sql", "select count(*) as n from silver.rows");
    }

    public void Dispose() => _project.Dispose();

    [SmallDiskFact]
    public async Task A_full_disk_ends_with_three_leaves_what_was_published_and_the_next_run_with_room_succeeds()
    {
        using var disk = new SmallDisk(kibibytes: 4096);
        var root = Path.Combine(disk.Path, "root");
        await CliProcess.SucceedAsync("run", _project.Path, "--root", root);

        var (code, output, error) = await CliProcess.RunAsync("run", _project.Path, "--root", root, "--param", "n=1000000");

        Assert.True(code == EnvironmentFault, $"{code}\n{output}\n{error}");
        Assert.Contains("[disk_full]", error, StringComparison.Ordinal);
        Assert.Contains(root, error, StringComparison.Ordinal);
        Assert.Matches("help: (make room|free some space)", error);
        Assert.Equal("n\n10\n", await TotalAsync(root));
        Assert.DoesNotContain(Files(root), static file => file.Contains("/staging/", StringComparison.Ordinal) || file.EndsWith(".tmp", StringComparison.Ordinal));
        disk.Resize(kibibytes: 64 * 1024);
        await CliProcess.SucceedAsync("run", _project.Path, "--root", root, "--param", "n=1000000");
        Assert.Equal("n\n1000000\n", await TotalAsync(root));
    }

    [SmallDiskFact]
    public async Task A_store_tells_a_full_disk_from_a_broken_one_and_leaves_no_half_of_a_file()
    {
        using var disk = new SmallDisk(kibibytes: 64);
        var store = LocalObjectStore.Open(disk.Path);
        var tooMuch = new byte[1 << 20];

        Assert.Equal(StoreFault.NoSpace, (await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync(ObjectPath.Parse("put"), tooMuch, default))).Fault);
        Assert.Equal(StoreFault.NoSpace, (await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutIfAbsentAsync(ObjectPath.Parse("create"), tooMuch, default))).Fault);

        Assert.Empty(Directory.EnumerateFileSystemEntries(disk.Path));
    }

    [SmallDiskFact]
    public async Task A_disk_without_room_for_a_root_is_told_as_full_and_keeps_nothing_of_it()
    {
        using var disk = new SmallDisk(kibibytes: 256);
        var root = Path.Combine(disk.Path, "root");

        var (code, output, error) = await CliProcess.RunAsync("run", _project.Path, "--root", root);

        Assert.True(code == EnvironmentFault, $"{code}\n{output}\n{error}");
        Assert.Contains("[disk_full]", error, StringComparison.Ordinal);
        Assert.Contains(root, error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(disk.Path));
    }

    [SmallDiskFact]
    public async Task A_read_only_root_is_not_taken_for_one_that_another_process_has_and_can_be_read()
    {
        using var disk = new SmallDisk(kibibytes: 16 * 1024);
        var root = Path.Combine(disk.Path, "root");
        await CliProcess.SucceedAsync("run", _project.Path, "--root", root);
        disk.MakeReadOnly();

        var (code, output, error) = await CliProcess.RunAsync("run", _project.Path, "--root", root);

        Assert.True(code == EnvironmentFault, $"{code}\n{output}\n{error}");
        Assert.Contains("[root_unusable]", error, StringComparison.Ordinal);
        Assert.Contains(root, error, StringComparison.Ordinal);
        Assert.Contains("Read-only", error, StringComparison.Ordinal);
        Assert.Contains("help: ", error, StringComparison.Ordinal);
        Assert.Equal("n\n10\n", await TotalAsync(root));
        await CliProcess.SucceedAsync("datasets", "--root", root);
        await CliProcess.SucceedAsync("history", "gold.total", "--root", root);
        await CliProcess.SucceedAsync("runs", "--root", root);
        disk.MakeWritable();
        await CliProcess.SucceedAsync("run", _project.Path, "--root", root, "--param", "n=20");
        Assert.Equal("n\n20\n", await TotalAsync(root));
    }

    [SmallDiskFact]
    public async Task A_tables_folder_that_may_not_be_written_ends_with_three_and_names_it()
    {
        using var disk = new SmallDisk(kibibytes: 32 * 1024);
        var root = Path.Combine(disk.Path, "root");
        await CliProcess.SucceedAsync("run", _project.Path, "--root", root);
        var table = Path.Combine(root, "default/tables/silver/rows");
        disk.MakeReadOnly(table);

        var (code, output, error) = await CliProcess.RunAsync("run", _project.Path, "--root", root, "--param", "n=20");

        Assert.True(code == EnvironmentFault, $"{code}\n{output}\n{error}");
        Assert.Contains("[permission_denied]", error, StringComparison.Ordinal);
        Assert.Contains(table, error, StringComparison.Ordinal);
        Assert.Contains("help: ", error, StringComparison.Ordinal);
        Assert.Equal("n\n10\n", await TotalAsync(root));
        disk.MakeWritable(table);
        await CliProcess.SucceedAsync("run", _project.Path, "--root", root, "--param", "n=20");
        Assert.Equal("n\n20\n", await TotalAsync(root));
    }

    [SmallDiskFact]
    public async Task A_log_that_may_not_be_written_while_publishing_is_finished_by_the_next_run()
    {
        using var disk = new SmallDisk(kibibytes: 32 * 1024);
        var root = Path.Combine(disk.Path, "root");
        await CliProcess.SucceedAsync("run", _project.Path, "--root", root);
        var log = Path.Combine(root, "default/tables/gold/total/_delta_log");
        disk.MakeReadOnly(log);

        var (code, output, error) = await CliProcess.RunAsync("run", _project.Path, "--root", root, "--param", "n=20");

        Assert.True(code == EnvironmentFault, $"{code}\n{output}\n{error}");
        Assert.Contains("[permission_denied]", error, StringComparison.Ordinal);
        Assert.Contains(log, error, StringComparison.Ordinal);
        Assert.Equal("n\n10\n", await TotalAsync(root));
        disk.MakeWritable(log);
        await CliProcess.SucceedAsync("run", _project.Path, "--root", root, "--param", "n=30");
        Assert.Equal("n\n30\n", await TotalAsync(root));
        Assert.Equal("n\n20\n", await CliProcess.SucceedAsync("query", "select n from gold.total", "--version", "gold.total=1", "--format", "csv", "--root", root));
    }

    private static Task<string> TotalAsync(string root) => CliProcess.SucceedAsync("query", "select n from gold.total", "--format", "csv", "--root", root);

    private static IEnumerable<string> Files(string root) => Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories);
}
