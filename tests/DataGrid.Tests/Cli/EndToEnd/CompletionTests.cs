using System.Diagnostics;

namespace DataGrid.Tests.Cli.EndToEnd;

/// <summary>The completion scripts in the shells themselves, as Tab asks them.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly ProjectFolder _project = new();

    public CompletionTests()
    {
        _project.Write("datagrid.yaml", "pipeline: shop\n");
        _project.Write("models/gold/daily_sales.sql", "select 1 as one");
        _project.Write("models/silver/orders.sql", "select 1 as one");
        // The scripts start the command by its name.
        _project.Write("bin/datagrid", $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "datagrid.dll")}' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(_project.Path, "bin/datagrid"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public static TheoryData<string, string> Lines => new()
    {
        { "datagrid ru", "run runs" },
        { "datagrid run --sel", "--select" },
        { "datagrid history silver", "silver.orders" },
        { "datagrid history ", "gold.daily_sales silver.orders" },
        { "datagrid run --select +go", "+gold.daily_sales" },
        { "datagrid completion f", "fish" },
        { "datagrid nothing-begins-so", "" },
    };

    public void Dispose() => _project.Dispose();

    [ShellTheory("bash")]
    [MemberData(nameof(Lines))]
    public async Task In_bash_tab_shows_what_fits(string line, string expected) => Assert.Equal(expected, await RunAsync("bash", "--norc", "-c", """
        source <(datagrid completion bash)
        complete -p datagrid | grep -q _datagrid_complete || exit 9
        COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=($1)
        [[ $1 == *' ' ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _datagrid_complete
        echo "${COMPREPLY[@]}"
        """, "bash", line));

    [ShellTheory("zsh")]
    [MemberData(nameof(Lines))]
    public async Task In_zsh_tab_shows_what_fits(string line, string expected) => Assert.Equal(expected, await RunAsync("zsh", "-f", "-c", """
        compdef() { :; }
        _files() { :; }
        compadd() { all=(${(P)2}); }
        source <(datagrid completion zsh)
        words=("${(@s: :)1}") CURRENT=${#words}
        _datagrid_complete
        # What zsh does with the word that was begun.
        print -r -- "${(@M)all:#${words[CURRENT]}*}"
        """, "zsh", line));

    [ShellTheory("fish")]
    [MemberData(nameof(Lines))]
    public async Task In_fish_tab_shows_what_fits(string line, string expected)
    {
        // In a folder without files, since fish offers those too.
        var empty = Directory.CreateDirectory(Path.Combine(_project.Path, "models/nothing")).FullName;
        Assert.Equal(expected, await RunAsync("fish", "--no-config", "-c", $"""
            cd {empty}
            set -gx DATAGRID_ROOT {_project.Path}/.datagrid
            datagrid completion fish | source
            echo (complete -C $argv[1])
            """, line));
    }

    private async Task<string> RunAsync(string shell, params string[] arguments)
    {
        Directory.CreateDirectory(Path.Combine(_project.Path, ".datagrid"));
        var start = new ProcessStartInfo(shell, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = _project.Path };
        start.Environment["PATH"] = $"{Path.Combine(_project.Path, "bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["HOME"] = _project.Path;
        start.Environment.Remove("DATAGRID_ROOT");
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{shell} ended with {process.ExitCode}: {await error}");
        return output.Trim();
    }
}

/// <summary>A theory about a shell; left out, with the reason, where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ShellTheoryAttribute : TheoryAttribute
{
    public ShellTheoryAttribute(string shell)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, shell)))) Skip = $"{shell} is not installed here";
    }
}
