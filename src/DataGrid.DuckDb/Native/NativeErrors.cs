using System.Globalization;
using System.Text.Json;

namespace DataGrid.DuckDb.Native;

/// <summary>Turns the engine's error text (JSON with <c>errors_as_json</c>, else plain) into a <see cref="DuckDbException"/>.</summary>
internal static class NativeErrors
{
    /// <param name="text">The engine's text.</param>
    /// <param name="type">duckdb_error_type, or 0 when the call does not tell it.</param>
    /// <param name="sql">The statement the position points into; null when there is none.</param>
    internal static DuckDbException Parse(string text, int type, string? sql)
    {
        // The parser's own errors carry the plain prefix before the JSON.
        var start = text.StartsWith('{') ? 0 : text.IndexOf(" Error: {", StringComparison.Ordinal) is >= 0 and var prefix ? prefix + " Error: ".Length : -1;
        if (start >= 0 && TryParseJson(text[start..], type, sql) is { } parsed)
            return parsed;
        return Plain(text, type);
    }

    private static DuckDbException? TryParseJson(string text, int type, string? sql)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (Text(root, "exception_message") is not { } message)
                return null;
            var kind = KindOf(Text(root, "exception_type"), type);
            var position = int.TryParse(Text(root, "position"), NumberStyles.None, CultureInfo.InvariantCulture, out var raw) && sql is not null
                ? kind is DuckDbErrorKind.Parser or DuckDbErrorKind.Syntax ? FromCodePoints(sql, raw) : FromUtf8(sql, raw)
                : (int?)null;
            var candidates = Text(root, "candidates")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
            return new DuckDbException(kind, message, position, Text(root, "error_subtype"), candidates, Text(root, "name"));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Without JSON the text starts with the kind: <c>Parser Error: syntax error …</c></summary>
    private static DuckDbException Plain(string text, int type)
    {
        var end = text.IndexOf(" Error: ", StringComparison.Ordinal);
        if (end < 0 || text.AsSpan(0, end).Contains('\n'))
            return new DuckDbException((DuckDbErrorKind)type, text);
        return new DuckDbException(KindOf(text[..end], type), text[(end + " Error: ".Length)..]);
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DuckDbErrorKind KindOf(string? name, int type) => name switch
    {
        "Invalid Input" => DuckDbErrorKind.InvalidInput,
        "Out of Range" => DuckDbErrorKind.OutOfRange,
        "Out of Memory" => DuckDbErrorKind.OutOfMemory,
        "Not implemented" => DuckDbErrorKind.NotImplemented,
        "Mismatch Type" => DuckDbErrorKind.MismatchType,
        "Invalid type" => DuckDbErrorKind.InvalidType,
        "Missing Extension" => DuckDbErrorKind.MissingExtension,
        "Parameter Not Resolved" => DuckDbErrorKind.ParameterNotResolved,
        "Parameter Not Allowed" => DuckDbErrorKind.ParameterNotAllowed,
        "INTERRUPT" => DuckDbErrorKind.Interrupt,
        "INTERNAL" => DuckDbErrorKind.Internal,
        "FATAL" => DuckDbErrorKind.Fatal,
        "TransactionContext" => DuckDbErrorKind.Transaction,
        "Divide by Zero" => DuckDbErrorKind.DivideByZero,
        "Invalid Configuration" => DuckDbErrorKind.InvalidConfiguration,
        null => (DuckDbErrorKind)type,
        _ => Enum.TryParse<DuckDbErrorKind>(name, ignoreCase: true, out var kind) ? kind : (DuckDbErrorKind)type,
    };

    /// <summary>The binder counts UTF-8 bytes.</summary>
    internal static int FromUtf8(string sql, int bytes)
    {
        var chars = 0;
        foreach (var rune in sql.EnumerateRunes())
        {
            if (bytes <= 0)
                break;
            bytes -= rune.Utf8SequenceLength;
            chars += rune.Utf16SequenceLength;
        }
        return chars;
    }

    /// <summary>The parser counts code points.</summary>
    internal static int FromCodePoints(string sql, int codePoints)
    {
        var chars = 0;
        foreach (var rune in sql.EnumerateRunes())
        {
            if (codePoints-- <= 0)
                break;
            chars += rune.Utf16SequenceLength;
        }
        return chars;
    }
}
