using System.Globalization;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;

namespace DataGrid.Gateway.Http;

/// <summary>Reads names, numbers and times out of addresses.</summary>
internal static class ApiNames
{
    /// <summary>An id.</summary>
    /// <exception cref="DataGridException">It is none.</exception>
    public static T Parse<T>(string text) where T : struct, ITextId<T>
    {
        try
        {
            return T.Parse(text);
        }
        catch (FormatException wrong)
        {
            throw ApiFaults.Of(ErrorCodes.NameInvalid, wrong.Message, "correct the name in the address");
        }
    }

    /// <summary>An id that may be left out.</summary>
    public static T? ParseOptional<T>(string? text) where T : struct, ITextId<T> => text is null ? null : Parse<T>(text);

    /// <summary>One of the values of an enumeration, as JSON writes them.</summary>
    public static T? Choice<T>(string? text, string name) where T : struct, Enum
    {
        if (text is null) return null;
        var words = text.Replace("_", "", StringComparison.Ordinal);
        if (!text.Any(char.IsAsciiDigit) && Enum.TryParse<T>(words, ignoreCase: true, out var value) && Enum.IsDefined(value)) return value;
        throw ApiFaults.Usage($"{name} is '{text}'", $"give one of {string.Join(", ", Enum.GetNames<T>().Select(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName))}");
    }

    /// <summary>A number that is not negative.</summary>
    public static long? Number(string? text, string name, long most = long.MaxValue)
    {
        if (text is null) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= most) return value;
        throw ApiFaults.Usage($"{name} is '{text}'", $"give a number from 0 to {most.ToString(CultureInfo.InvariantCulture)}");
    }

    /// <summary>A time; UTC unless it says otherwise.</summary>
    public static DateTimeOffset? Time(string? text, string name)
    {
        if (text is null) return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var value)) return value;
        throw ApiFaults.Usage($"{name} is '{text}'", "write a time as 2024-05-06T12:00:00Z");
    }

    /// <summary>Yes or no.</summary>
    public static bool Flag(string? text, string name) => text switch
    {
        null or "false" => false,
        "true" or "" => true,
        _ => throw ApiFaults.Usage($"{name} is '{text}'", "give true or false"),
    };
}
