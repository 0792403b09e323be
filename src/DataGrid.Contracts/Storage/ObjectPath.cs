using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json.Serialization;
using DataGrid.Contracts.Json;

namespace DataGrid.Contracts.Storage;

/// <summary>
/// The key of one object, relative to its store's root: segments joined by <c>/</c>, such as
/// <c>default/tables/raw/events/_delta_log/00000000000000000007.json</c>. Validated when made: no empty segment, no <c>.</c> or <c>..</c>, no backslash, no
/// control character, at most 1 024 bytes of UTF-8. A path can therefore never leave its root.
/// </summary>
/// <remarks>Paths compare by ordinal order, which is the order in which every store lists.</remarks>
[JsonConverter(typeof(IdJsonConverter<ObjectPath>))]
public readonly record struct ObjectPath : IComparable<ObjectPath>, ITextId<ObjectPath>
{
    /// <summary>The longest path in bytes of UTF-8: what S3 and Azure Blob both take.</summary>
    public const int MaximumLengthBytes = 1024;

    private readonly string? _value;

    private ObjectPath(string value) => _value = value;

    /// <summary>The path as text, without a leading slash. Never empty, except for <c>default</c>, which no store accepts.</summary>
    public string Value => _value ?? "";

    /// <summary>The last segment: the file's name.</summary>
    public string Name => Value[(Value.LastIndexOf('/') + 1)..];

    /// <summary>Everything before the last segment; <c>null</c> at the root.</summary>
    public ObjectPath? Parent => Value.LastIndexOf('/') is var slash and > 0 ? new ObjectPath(Value[..slash]) : null;

    /// <summary>Makes a path from text.</summary>
    /// <exception cref="FormatException">The text is not a path; the message names the segment.</exception>
    public static ObjectPath Parse(string text) =>
        TryParse(text, out var path, out var why) ? path : throw new FormatException($"'{text}' is not an object path: {why}.");

    /// <summary>Makes a path from text that may be wrong; <paramref name="why"/> says what is wrong with it.</summary>
    public static bool TryParse(string? text, out ObjectPath path, [NotNullWhen(false)] out string? why)
    {
        path = default;
        why = Objection(text);
        if (why is not null) return false;
        path = new ObjectPath(text!);
        return true;
    }

    /// <summary>The path below this one; <paramref name="relative"/> may hold several segments.</summary>
    /// <exception cref="FormatException">The relative part is not a path.</exception>
    public ObjectPath Join(string relative) => Parse($"{Value}/{relative}");

    /// <summary>Whether this path lies below <paramref name="folder"/> (at any depth, and is not the folder itself).</summary>
    public bool IsBelow(ObjectPath folder) =>
        Value.Length > folder.Value.Length + 1 && Value[folder.Value.Length] == '/' && Value.StartsWith(folder.Value, StringComparison.Ordinal);

    /// <summary>The part of this path below <paramref name="folder"/>.</summary>
    /// <exception cref="ArgumentException">The path does not lie below the folder.</exception>
    public string RelativeTo(ObjectPath folder) =>
        IsBelow(folder) ? Value[(folder.Value.Length + 1)..] : throw new ArgumentException($"'{Value}' does not lie below '{folder.Value}'.", nameof(folder));

    /// <inheritdoc/>
    public int CompareTo(ObjectPath other) => string.CompareOrdinal(Value, other.Value);

    /// <summary>Ordinal order.</summary>
    public static bool operator <(ObjectPath left, ObjectPath right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >(ObjectPath left, ObjectPath right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator <=(ObjectPath left, ObjectPath right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >=(ObjectPath left, ObjectPath right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() => Value;

    private static string? Objection(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "it is empty";
        if (Encoding.UTF8.GetByteCount(text) > MaximumLengthBytes) return $"it is longer than {MaximumLengthBytes} bytes";
        foreach (var segment in text.Split('/'))
        {
            if (segment.Length == 0) return "it has an empty segment";
            if (segment is "." or "..") return $"the segment '{segment}' would leave its folder";
            foreach (var letter in segment)
                if (char.IsControl(letter) || letter == '\\') return $"the segment '{segment}' holds a control character or a backslash";
        }
        return null;
    }
}
