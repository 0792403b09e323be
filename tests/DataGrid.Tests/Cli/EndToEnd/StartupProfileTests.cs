namespace DataGrid.Tests.Cli.EndToEnd;

/// <summary>What a command notes for its next start.</summary>
public sealed class StartupProfileTests : IDisposable
{
    private readonly ProjectFolder _project = new();
    private readonly string _profiles;

    public StartupProfileTests()
    {
        _project.Write("datagrid.yaml", "pipeline: shop\n");
        _project.Write("models/gold/one.sql", "select 1 as one");
        _profiles = Directory.CreateDirectory(Path.Combine(_project.Path, "profiles")).FullName;
        CliProcess.Variables.Value = new() { ["DATAGRID_STARTUP_PROFILES"] = _profiles };
    }

    public void Dispose()
    {
        CliProcess.Variables.Value = null;
        _project.Dispose();
    }

    [Fact]
    public async Task A_command_that_succeeds_leaves_one_profile_and_one_that_fails_none()
    {
        await CliProcess.SucceedAsync("validate", _project.Path);
        await CliProcess.SucceedAsync("validate", _project.Path);
        Assert.Equal(["validate.profile"], Names());
        Assert.NotEqual(0, (await CliProcess.RunAsync("history", "gold.nothing", "--root", Path.Combine(_project.Path, "nowhere"))).ExitCode);
        Assert.NotEqual(0, (await CliProcess.RunAsync("../validate")).ExitCode);
        Assert.Equal(["validate.profile"], Names());
    }

    [Fact]
    public async Task A_profile_that_is_none_disturbs_nobody()
    {
        var random = new Random(7);
        var garbage = new byte[100_000];
        random.NextBytes(garbage);
        await File.WriteAllBytesAsync(Path.Combine(_profiles, "validate.profile"), garbage);
        await CliProcess.SucceedAsync("validate", _project.Path);
        // The beginning of a good one, too.
        var whole = await File.ReadAllBytesAsync(Path.Combine(_profiles, "validate.profile"));
        await File.WriteAllBytesAsync(Path.Combine(_profiles, "validate.profile"), whole[..(whole.Length / 2)]);
        await CliProcess.SucceedAsync("validate", _project.Path);
        // The runtime would take this one, and end the process for some of such bytes.
        whole[whole.Length / 3] ^= 0xFF;
        await File.WriteAllBytesAsync(Path.Combine(_profiles, "validate.profile"), whole);
        await CliProcess.SucceedAsync("validate", _project.Path);
        Assert.Equal(["validate.profile"], Names());
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_not_made()
    {
        Directory.Delete(_profiles);
        await CliProcess.SucceedAsync("validate", _project.Path);
        Assert.False(Directory.Exists(_profiles));
    }

    private string[] Names() => [.. Directory.GetFiles(_profiles).Select(Path.GetFileName).Order()!];
}
