using System.Diagnostics;
using System.Text;

namespace DataGrid.Tests.Cli.EndToEnd;

/// <summary>Wrong inputs as people meet them, each after a run that succeeded: what the command says, with which code it ends, and that readers see what they saw before.</summary>
public sealed class BadInputTests(BadInputTests.Published published) : IClassFixture<BadInputTests.Published>, IDisposable
{
    private const int Failed = 1;
    private const int Mistake = 2;
    private readonly ProjectFolder _project = published.Copy();

    public static TheoryData<string, string, string, int, string[]> Cases => new()
    {
        { "an empty file", "data/b.csv", "", Mistake, ["[source_invalid]", "data/b.csv", "empty"] },
        { "too few fields", "data/b.csv", "id,n,name\n3,30,z\n4,40\n5,50,q\n", Mistake, ["[source_invalid]", "data/b.csv:3", "2 fields; 3 are expected", "Mend the line"] },
        { "a wrong type in row n", "data/b.csv", "id,n,name\n3,30,z\n4,many,y\n", Mistake, ["[source_invalid]", "data/b.csv:3", "'n'", "'many'"] },
        { "an unknown column", "models/silver/a.sql", "select id, m, name from raw.a", Mistake, ["[column_unknown]", "models/silver/a.sql:1:12", "did you mean n?"] },
        { "an ambiguous column", "models/silver/a.sql", "select id from raw.a as x join raw.a as y on x.id = y.id", Mistake, ["[column_ambiguous]", "models/silver/a.sql:1:8", "x.id or y.id"] },
        { "a cycle", "models/silver/a.sql", "select c as id from gold.c", Mistake, ["[graph_cycle]", "gold.c -> silver.a -> gold.c", "Break the circle"] },
        { "a duplicate dataset", "datagrid.yaml", "pipeline: bad\nsources:\n  raw.a: { files: data/*.csv }\n  silver.a: { files: data/*.csv }\n", Mistake, ["[dataset_duplicate]", "datagrid.yaml:4:3"] },
        { "bad YAML", "datagrid.yaml", "pipeline: bad\nsources:\n  raw.a: { files: data/*.csv\n", Mistake, ["[yaml_invalid]", "datagrid.yaml:4", "Close it"] },
        { "two statements", "models/silver/a.sql", "select 1 as id; select 2 as id", Mistake, ["[sql_forbidden]", "models/silver/a.sql:1", "2 statements"] },
        { "a forbidden function", "models/silver/a.sql", "select * from read_csv('/etc/passwd')", Mistake, ["[sql_forbidden]", "models/silver/a.sql:1:15", "read_csv", "declare the files"] },
        { "no SELECT", "models/silver/a.sql", "drop table silver.a", Mistake, ["[sql_forbidden]", "DROP is not allowed"] },
        { "a changed type", "models/silver/a.sql", "select id::varchar as id, n, name from raw.a", Mistake, ["[schema_breaking]", "models/silver/a.sql", "'id'", "--full-refresh"] },
        { "duplicate merge keys", "models/silver/m.sql", "/* datagrid\nmaterialize: merge\nkeys: [k]\n*/\nselect 1 as k, n from raw.a", Failed, ["[merge_keys_invalid]", "models/silver/m.sql", "{\"k\":1}", "one row per key"] },
        { "NULL merge keys", "models/silver/m.sql", "/* datagrid\nmaterialize: merge\nkeys: [k]\n*/\nselect nullif(id, 1) as k, n from raw.a", Failed, ["[merge_keys_invalid]", "NULL in a merge key"] },
        { "a failed check", "models/silver/a.sql", "/* datagrid\nexpect:\n  - { name: big, that: n > 15 }\n*/\nselect id, n, name from raw.a", Failed, ["[check_failed]", "models/silver/a.sql:3", "'big'", "1 of 2 rows"] },
        { "a failed cast", "models/silver/a.sql", "select name::int as id, n, name from raw.a", Mistake, ["[schema_breaking]"] },
        { "a failed cast in a new model", "models/silver/m.sql", "select name::int as k from raw.a", Failed, ["[data_invalid]", "models/silver/m.sql", "'x'"] },
    };

    public void Dispose() => _project.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public Task A_wrong_input_is_told_with_its_place_and_a_way_on(string what, string file, string text, int code, string[] said)
    {
        _project.Write(file, text);
        return AssertRefusedAsync(what, code, said);
    }

    [Fact]
    public Task A_missing_file_is_told()
    {
        File.Delete(Path.Combine(_project.Path, "data/a.csv"));
        return AssertRefusedAsync("a missing file", Mistake, "[source_missing]", "datagrid.yaml:3", "no file matches");
    }

    [Fact]
    public Task A_link_that_leads_nowhere_is_told()
    {
        File.CreateSymbolicLink(Path.Combine(_project.Path, "data/b.csv"), "nowhere");
        return AssertRefusedAsync("a dangling link", Mistake, "[source_unreadable]", "data/b.csv", "leads nowhere");
    }

    [Fact]
    public Task Bytes_that_are_no_text_are_told()
    {
        File.WriteAllBytes(Path.Combine(_project.Path, "data/b.csv"), [.. "id,n,name\n3,30,caf"u8, 0xE9, (byte)'\n']);
        return AssertRefusedAsync("invalid UTF-8", Mistake, "[source_invalid]", "data/b.csv:2", "UTF-8", "encoding");
    }

    [Fact]
    public Task A_damaged_parquet_file_is_told()
    {
        _project.Write("datagrid.yaml", "pipeline: bad\nsources:\n  raw.a: { files: data/*.parquet }\n");
        _project.Write("data/a.parquet", "PAR1 this is not what it begins with");
        return AssertRefusedAsync("a corrupt Parquet file", Mistake, "[source_invalid]", "data/a.parquet", "not a Parquet file");
    }

    [Fact]
    public Task An_alias_bomb_is_told_and_does_not_go_off()
    {
        var bomb = new StringBuilder("pipeline: bad\nsources:\n  raw.a:\n    files: [data/*.csv]\n    settings: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var level = 1; level < 12; level++) bomb.Append($"    description: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 10))}]\n");
        _project.Write("datagrid.yaml", bomb.ToString());
        return AssertRefusedAsync("an alias bomb", Mistake, "[yaml_invalid]", "datagrid.yaml");
    }

    [Fact]
    public async Task A_header_without_rows_is_no_mistake()
    {
        _project.Write("data/b.csv", "id,n,name\n");
        await CliProcess.SucceedAsync("run", _project.Path);
        Assert.Equal("c\n2\n", await CountAsync());
    }

    [Fact]
    public async Task A_root_that_another_process_has_is_told_with_its_number()
    {
        using var endless = ProjectFolder.Endless();
        using var first = CliProcess.Start("run", endless.Path, "--root", Path.Combine(_project.Path, ".datagrid"));
        await first.WaitForLineAsync(static line => line.Contains("gold.quick", StringComparison.Ordinal));

        var (code, output, error) = await CliProcess.RunAsync("run", _project.Path);

        await first.SignalAsync("TERM");
        await first.WaitAsync();
        Assert.True(code == 3, output + error);
        Assert.Contains("[root_owned]", error, StringComparison.Ordinal);
        Assert.Contains($"process {first.Id}", error, StringComparison.Ordinal);
        Assert.Contains("help: ", error, StringComparison.Ordinal);
        Assert.Equal("c\n2\n", await CountAsync());
    }

    [NobodyFact]
    public async Task A_file_that_this_user_may_not_read_is_told()
    {
        var file = Path.Combine(_project.Path, "data/a.csv");
        NobodyFactAttribute.LetEverybodyRead(_project.Path);
        NobodyFactAttribute.LetOnlyMeRead(file);

        var (code, error) = await NobodyFactAttribute.RunAsync("validate", _project.Path);

        Assert.True(code == Mistake, error);
        Assert.Contains("[source_unreadable]", error, StringComparison.Ordinal);
        Assert.Contains("data/a.csv", error, StringComparison.Ordinal);
        Assert.Contains("help: Give the user", error, StringComparison.Ordinal);
    }

    [NobodyFact]
    public async Task A_root_that_this_user_may_not_write_is_told()
    {
        NobodyFactAttribute.LetEverybodyRead(_project.Path);

        var (code, error) = await NobodyFactAttribute.RunAsync("run", _project.Path);

        Assert.True(code == 3, error);
        Assert.Contains("[root_unusable]", error, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_project.Path, ".datagrid"), error, StringComparison.Ordinal);
        Assert.Contains("help: ", error, StringComparison.Ordinal);
        Assert.Equal("c\n2\n", await CountAsync());
    }

    private async Task AssertRefusedAsync(string what, int expected, params string[] said)
    {
        var entries = Entries();

        var (code, output, error) = await FakeTerminal.RunAsync("run", _project.Path);

        Assert.True(code == expected, $"{what} ended with {code}:\n{error}\n{output}");
        Assert.All(said, words => Assert.Contains(words, error, StringComparison.Ordinal));
        Assert.Contains("help: ", error, StringComparison.Ordinal);
        Assert.Equal(entries, Entries());
        Assert.Empty(_project.StagedFiles());
        Assert.Equal("c\n2\n", await CountAsync());
    }

    private async Task<string> CountAsync()
    {
        var (code, output, error) = await FakeTerminal.RunAsync("query", "select c from gold.c", "--root", _project.Path);
        Assert.True(code == 0, error);
        return output;
    }

    /// <summary>The log entries of all tables: what was published.</summary>
    private string[] Entries() =>
        [.. Directory.EnumerateFiles(Path.Combine(_project.Path, ".datagrid/default/tables"), "*.json", SearchOption.AllDirectories).Where(static file => file.Contains("_delta_log", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>A project that has run once.</summary>
    public sealed class Published : IAsyncLifetime
    {
        private readonly ProjectFolder _made = new();

        public async Task InitializeAsync()
        {
            _made.Write("datagrid.yaml", "pipeline: bad\nsources:\n  raw.a: { files: data/*.csv, columns: { id: bigint, n: bigint, name: varchar } }\n");
            _made.Write("data/a.csv", "id,n,name\n1,10,x\n2,20,y\n");
            _made.Write("models/silver/a.sql", "select id, n, name from raw.a");
            _made.Write("models/gold/c.sql", "select count(*) as c from silver.a");
            await CliProcess.SucceedAsync("run", _made.Path);
        }

        public Task DisposeAsync()
        {
            _made.Dispose();
            return Task.CompletedTask;
        }

        internal ProjectFolder Copy()
        {
            var copy = new ProjectFolder();
            foreach (var file in Directory.EnumerateFiles(_made.Path, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(copy.Path, Path.GetRelativePath(_made.Path, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
            return copy;
        }
    }
}

/// <summary>A fact about a user with few rights; left out, with the reason, where the command cannot be run as one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NobodyFactAttribute : FactAttribute
{
    private static readonly string[] AsNobody = ["--reuid=nobody", "--regid=nogroup", "--clear-groups", "dotnet", Path.Combine(AppContext.BaseDirectory, "datagrid.dll")];

    private static readonly Lazy<string?> Objection = new(WhyNot);

    public NobodyFactAttribute()
    {
        if (Objection.Value is { } objection) Skip = objection;
    }

    /// <summary>Runs the command as nobody.</summary>
    public static async Task<(int ExitCode, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, error + await output);
    }

    public static void LetEverybodyRead(string folder)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
    }

    public static void LetOnlyMeRead(string file)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead);
    }

    private static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("setpriv", [.. AsNobody, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        start.Environment["HOME"] = "/nonexistent";
        start.Environment.Remove("DATAGRID_ROOT");
        return Process.Start(start)!;
    }

    private static string? WhyNot()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return "only the superuser of Linux may run the command as another user";
        try
        {
            using var process = Start(["--version"]);
            process.WaitForExit();
            return process.ExitCode == 0 ? null : "the user nobody cannot run the command here";
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return $"setpriv cannot be started: {missing.Message}";
        }
    }
}
