using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using DataGrid.Contracts.Json;
using Orleans;

namespace DataGrid.Contracts.Datasets;

/// <summary>A dataset's name, <c>namespace.name</c>. Both parts are lower-case letters, digits and underscores and start with a letter, so that the
/// same name is a SQL identifier, a folder and a part of a grain key on every system.</summary>
[GenerateSerializer, Alias("DatasetName"), Immutable, JsonConverter(typeof(IdJsonConverter<DatasetName>))]
public readonly record struct DatasetName : IComparable<DatasetName>, ITextId<DatasetName>
{
    /// <summary>The longest namespace or name, in characters; a quarantine's name has its suffix on top, so that every dataset can have one.</summary>
    public const int MaxPartLength = 100;

    /// <summary>What follows a dataset's name in the name of its quarantine.</summary>
    public const string QuarantineSuffix = "__quarantine";

    private DatasetName(string @namespace, string name) => (Namespace, Name) = (@namespace, name);

    /// <summary>The part before the dot: <c>silver</c>.</summary>
    [Id(0)] public string Namespace { get; }

    /// <summary>The part after the dot: <c>flights</c>.</summary>
    [Id(1)] public string Name { get; }

    /// <summary>Where rows go that a <c>quarantine</c> check held back.</summary>
    public DatasetName Quarantine => IsQuarantine ? this : new DatasetName(Namespace, Name + QuarantineSuffix);

    /// <summary>Whether this is the quarantine of another dataset.</summary>
    public bool IsQuarantine => Name.EndsWith(QuarantineSuffix, StringComparison.Ordinal);

    /// <summary>Reads <c>namespace.name</c>. Names are folded to lower case, as SQL does.</summary>
    /// <exception cref="FormatException">The text is not a dataset name; the message says why.</exception>
    public static DatasetName Parse(string text) => TryParse(text, out var name, out var why) ? name : throw new FormatException(why);

    /// <summary>Joins a namespace and a name.</summary>
    /// <exception cref="FormatException">One of them is not allowed; the message says why.</exception>
    public static DatasetName Of(string @namespace, string name) => Parse(@namespace + "." + name);

    /// <summary>Reads <c>namespace.name</c>; on failure <paramref name="why"/> says what is wrong with it.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DatasetName name, [NotNullWhen(false)] out string? why)
    {
        name = default;
        var parts = (text ?? "").Split('.');
        if (parts.Length != 2)
        {
            why = $"'{text}' is not a dataset name: write namespace.name, for example silver.flights";
            return false;
        }
        why = PartError(parts[0], "namespace") ?? PartError(parts[1], "name");
        if (why is not null) return false;
        name = new DatasetName(Fold(parts[0]), Fold(parts[1]));
        return true;
    }

    /// <summary>Order by the full name. The dot comes before every character that a part may have, so that the parts can be compared one by one.</summary>
    public int CompareTo(DatasetName other) => string.CompareOrdinal(Namespace, other.Namespace) is var order && order != 0 ? order : string.CompareOrdinal(Name, other.Name);

    /// <summary><c>namespace.name</c></summary>
    public override string ToString() => Namespace is null ? "" : $"{Namespace}.{Name}";

    [SuppressMessage("Globalization", "CA1308:Normalize strings to uppercase", Justification = "SQL folds to lower case, and the names are ASCII")]
    private static string Fold(string part) => part.ToLowerInvariant();

    private static string? PartError(string part, string what)
    {
        if (part.Length == 0) return $"the {what} is empty: write namespace.name, for example silver.flights";
        var limit = part.EndsWith(QuarantineSuffix, StringComparison.OrdinalIgnoreCase) ? MaxPartLength + QuarantineSuffix.Length : MaxPartLength;
        if (part.Length > limit) return $"the {what} '{part[..20]}…' has {part.Length} characters; {limit} are allowed";
        if (!char.IsAsciiLetter(part[0])) return $"the {what} '{part}' must start with a letter (a-z)";
        return part.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? null
            : $"the {what} '{part}' may have letters (a-z), digits and underscores only";
    }

    /// <summary>Order by the full name.</summary>
    public static bool operator <(DatasetName left, DatasetName right) => left.CompareTo(right) < 0;
    /// <summary>Order by the full name.</summary>
    public static bool operator >(DatasetName left, DatasetName right) => left.CompareTo(right) > 0;
    /// <summary>Order by the full name.</summary>
    public static bool operator <=(DatasetName left, DatasetName right) => left.CompareTo(right) <= 0;
    /// <summary>Order by the full name.</summary>
    public static bool operator >=(DatasetName left, DatasetName right) => left.CompareTo(right) >= 0;
}
