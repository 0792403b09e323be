using System.Globalization;
using System.Text.RegularExpressions;
using DataGrid.Contracts.Errors;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Projects.Sources;

/// <summary>Says what the engine's errors about files mean, with file and line where it tells them.</summary>
public static partial class SourceErrors
{
    /// <summary>A failure while reading files of a source.</summary>
    /// <param name="error">The engine's error.</param>
    /// <param name="name">Turns a path of the engine's message into the file's name for people.</param>
    /// <param name="file">The file that was read, where only one was; otherwise the message must tell.</param>
    /// <returns>null when the error is not about a file's content.</returns>
    public static Problem? Explain(DuckDbException error, Func<string, string> name, string? file = null)
    {
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(name);
        var message = error.Message;
        if (CsvLine().Match(message) is { Success: true } csv) return Csv(message, csv, file ?? FileOf(CsvFile(), message, name));
        if (JsonFile().Match(message) is { Success: true } json) return Json(message, file ?? name(PathOf(json)), PathOf(json));
        if (ParquetFile().Match(message) is { Success: true } parquet)
            return NotParquet(file ?? name(parquet.Groups[1].Success ? parquet.Groups[1].Value : parquet.Groups[2].Value));
        if (error.Kind == DuckDbErrorKind.IO && file is not null)
            return Make(ErrorCodes.SourceUnreadable, file, null, $"{file} cannot be read: {FirstLine(message)}", null, "Check that the file is there and may be read.");
        return null;
    }

    /// <summary>A Parquet file that cannot be opened.</summary>
    internal static Problem NotParquet(string file) => Make(ErrorCodes.SourceInvalid, file, null, $"{file} is not a Parquet file, or it was cut short", null,
        "Copy or write the file again; a file that is still being written must not match the pattern.");

    internal static Problem Make(string code, string file, int? line, string message, string? excerpt, string help) => new()
    {
        Code = code,
        Message = message,
        Position = new SourcePosition { File = file, Line = line },
        Excerpt = excerpt,
        Help = help,
    };

    private static Problem Csv(string message, Match line, string? file)
    {
        file ??= "a file";
        var number = int.TryParse(line.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : (int?)null;
        var original = OriginalLine().Match(message) is { Success: true } text ? Shorten(text.Groups[1].Value) : null;
        if (FieldCount().Match(message) is { Success: true } count)
        {
            var (expected, found) = (count.Groups[1].Value, count.Groups[2].Value);
            return Make(ErrorCodes.SourceInvalid, file, number, $"this line has {found} fields; {expected} are expected", original,
                "Mend the line. A field that holds the delimiter or a line break needs quotes; another delimiter is set by settings: { delimiter: \";\" }.");
        }
        if (Conversion().Match(message) is { Success: true } conversion)
        {
            var (column, value, type) = (conversion.Groups[1].Value, Shorten(conversion.Groups[2].Value), conversion.Groups[3].Value);
            return Make(ErrorCodes.SourceInvalid, file, number, $"the column '{column}' has '{value}' here, which is not {Article(type)}", original,
                $"Mend the value, name the text that stands for NULL (settings: {{ null: \"{value}\" }}), or declare the column as varchar and cast it in SQL.");
        }
        if (message.Contains("Invalid unicode", StringComparison.Ordinal))
        {
            return Make(ErrorCodes.SourceInvalid, file, number, "this line is not valid UTF-8", null,
                "Write the file as UTF-8, or say how it is written: settings: { encoding: latin-1 }.");
        }
        if (message.Contains("unterminated quote", StringComparison.Ordinal))
            return Make(ErrorCodes.SourceInvalid, file, number, "a quote that opens in this line is never closed", original, "Close it, or set another quote: settings: { quote: \"'\" }.");
        if (message.Contains("aximum line size", StringComparison.Ordinal))
            return Make(ErrorCodes.SourceInvalid, file, number, "this line is too long", null, "A quote before it may not be closed; if it is data, split the value.");
        return Make(ErrorCodes.SourceInvalid, file, number, $"this line cannot be read: {Reason(message)}", original, "Mend the line.");
    }

    private static string PathOf(Match match) => match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value;

    private static Problem Json(string message, string file, string path)
    {
        int? line = JsonLine().Match(message) is { Success: true } match && int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
        if (message.Contains("but first character is", StringComparison.Ordinal))
        {
            return Make(ErrorCodes.SourceInvalid, file, 1, $"{file} does not hold one JSON array", null,
                "Files of format json are one array of objects; for one object a line write format: ndjson.");
        }
        if (message.StartsWith("Malformed JSON", StringComparison.Ordinal))
        {
            // The engine counts the line that it has begun, not the one that it failed in.
            line = line is > 1 ? JsonLines.LineOf(path, line.Value - 1) : line;
            return Make(ErrorCodes.SourceInvalid, file, line, $"this is not JSON: {After(message, ": ")}", null,
                "Mend the file; it may have been cut short, or is still being written.");
        }
        if (line is { } number) line = JsonLines.LineOf(path, number);
        return Make(ErrorCodes.SourceInvalid, file, line, $"a value does not fit its column's type: {After(message, ": ")}", null,
            "Mend the value, or declare the column as varchar or json and cast it in SQL.");
    }

    private static string? FileOf(Regex pattern, string message, Func<string, string> name) => pattern.Match(message) is { Success: true } match ? name(match.Groups[1].Value.Trim()) : null;

    private static string Reason(string message) =>
        FirstLine(message.Split('\n').FirstOrDefault(static line => line.Length > 0 && !line.StartsWith("CSV Error", StringComparison.Ordinal) && !line.StartsWith("Original", StringComparison.Ordinal)) ?? message);

    private static string After(string message, string mark)
    {
        var line = FirstLine(message);
        var at = line.IndexOf(mark, StringComparison.Ordinal);
        return at < 0 ? line : line[(at + mark.Length)..].Trim().TrimEnd('.');
    }

    private static string FirstLine(string text)
    {
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return (end < 0 ? text : text[..end]).Trim().TrimEnd('.');
    }

    private static string Article(string type) => "AEIOU".Contains(type[0], StringComparison.Ordinal) ? "an " + type : "a " + type;

    private static string Shorten(string text)
    {
        var line = text.Trim();
        return line.Length <= 120 ? line : line[..120] + "…";
    }

    [GeneratedRegex(@"CSV Error on Line: (\d+)")]
    private static partial Regex CsvLine();

    [GeneratedRegex(@"^  file = (.+)$", RegexOptions.Multiline)]
    private static partial Regex CsvFile();

    [GeneratedRegex(@"^Original Line: (.*)$", RegexOptions.Multiline)]
    private static partial Regex OriginalLine();

    [GeneratedRegex(@"Expected Number of Columns: (\d+) Found: (\d+)")]
    private static partial Regex FieldCount();

    [GeneratedRegex("""Error when converting column "(.*)"\. Could not convert string "(.*?)" to '([^'\n]*)'""", RegexOptions.Singleline)]
    private static partial Regex Conversion();

    [GeneratedRegex("""(?:Malformed JSON|JSON transform error|first character is).* in file "([^"]+)"|JSON.* in file "([^"]+)""")]
    private static partial Regex JsonFile();

    [GeneratedRegex(@"in (?:line|record/value) (\d+)")]
    private static partial Regex JsonLine();

    [GeneratedRegex("""No magic bytes found at end of file '([^']+)'|[Ff]ile '([^']+)' too small to be a Parquet file|(?:Parquet|parquet|footer|TProtocol|thrift|Snappy|ZSTD|Thrift).*file ["']([^"']+)["']""")]
    private static partial Regex ParquetFile();
}
