using System.Text.RegularExpressions;

namespace DataGrid.Tests.Tidy;

/// <summary>What no file of the repository may say: it speaks of the project alone, and works on every machine.</summary>
public sealed partial class TextTests
{
    private const string This = "tests/DataGrid.Tests/Tidy/TextTests.cs";

    private static readonly string[] Binary = [".png", ".parquet", ".ico", ".gz", ".zip", ".crc", ".woff2", ".snappy", ".db"];

    private static IEnumerable<string> TextFiles => Repository.Files.Where(static file => file != This && !Binary.Contains(Path.GetExtension(file)));

    [Fact]
    public void No_path_of_one_machine() => Found.None(Occurrences(MachinePath(), static _ => true));

    [Fact]
    public void No_host_of_a_package_registry() => Found.None(Occurrences(RegistryHost(), static _ => true));

    [Fact]
    public void No_person() => Found.None(Occurrences(Mail(), static mail => !mail.EndsWith("@example.com", StringComparison.Ordinal) && !mail.EndsWith("@example.org", StringComparison.Ordinal)));

    [Fact]
    public void Nothing_is_left_to_do_later() => Found.None(Occurrences(Unfinished(), static _ => true));

    [Fact]
    public void Text_is_UTF_8_with_line_feeds_and_ends_with_one() =>
        Found.None(from file in TextFiles
                         where !file.EndsWith(".sln", StringComparison.Ordinal) && !file.EndsWith(".cmd", StringComparison.Ordinal) && !file.Contains("golden", StringComparison.OrdinalIgnoreCase)
                         let text = Repository.Read(file)
                         where text.Contains('\r') || text.Contains('\ufffd') || text.StartsWith('\ufeff') || text.Length > 0 && !text.EndsWith('\n')
                         where file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".md", StringComparison.Ordinal) || file.EndsWith(".sql", StringComparison.Ordinal)
                         select file);

    [Theory]
    [InlineData("/ho" + "me/somebody/x")]
    [InlineData("in /ro" + "ot/x")]
    [InlineData("C:\\Us" + "ers\\x")]
    public void The_check_for_paths_sees_them(string text) => Assert.Matches(MachinePath(), text);

    private static IEnumerable<string> Occurrences(Regex forbidden, Func<string, bool> counts) =>
        from file in TextFiles
        from line in Repository.ReadLines(file).Select(static (text, number) => (text, number: number + 1))
        from match in forbidden.Matches(line.text).AsEnumerable()
        where counts(match.Value)
        select $"{file}:{line.number}: {match.Value}";

    [GeneratedRegex(@"(?<![\w.$}])/(work|root|home|mnt|Users)/\w+|[A-Z]:\\(Users|work)\\")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"nuget\.org|npmjs|registry\.[a-z]+\.[a-z]+|pkgs\.dev\.azure|artifactory|""resolved"":", RegexOptions.IgnoreCase)]
    private static partial Regex RegistryHost();

    [GeneratedRegex(@"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+\.[a-z]{2,}\b")]
    private static partial Regex Mail();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK)\b|NotImplementedException")]
    private static partial Regex Unfinished();
}
