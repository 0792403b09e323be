using DataGrid.Contracts.Errors;

namespace DataGrid.Tests.Cli.Commands;

public sealed class StarterProjectTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("datagrid-init-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_folder_that_holds_something_is_left_alone()
    {
        var mine = Path.Combine(_folder.FullName, "mine.txt");
        await File.WriteAllTextAsync(mine, "mine");

        var (code, _, error) = await FakeTerminal.RunAsync("init", _folder.FullName);

        Assert.Equal(2, code);
        Assert.Contains("is not empty", error, StringComparison.Ordinal);
        Assert.Equal([mine], Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public async Task A_name_that_no_pipeline_can_have_is_refused()
    {
        var (code, _, error) = await FakeTerminal.RunAsync("init", Path.Combine(_folder.FullName, "two words"));

        Assert.Equal(ErrorCodes.Find(ErrorCodes.NameInvalid).ExitCode, code);
        Assert.Contains("two words", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_project_has_what_the_text_says()
    {
        var folder = Path.Combine(_folder.FullName, "shop");

        var (code, output, _) = await FakeTerminal.RunAsync("init", folder);

        Assert.Equal(0, code);
        Assert.Contains($"datagrid run {folder}", output, StringComparison.Ordinal);
        Assert.StartsWith("pipeline: shop\n", await File.ReadAllTextAsync(Path.Combine(folder, "datagrid.yaml")), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "models/gold/daily_sales.sql")));
    }
}
