using System.Globalization;
using DataGrid.Contracts.Errors;

namespace DataGrid.Silo.Roots;

/// <summary>What the environment says about remote roots; docs/OPERATING.md lists the variables.</summary>
internal static class RemoteSettings
{
    private const long DefaultMirrorBytes = 16L << 30;

    /// <summary>How much disk copies of remote files may take.</summary>
    public static long MirrorBytes => Text("DATAGRID_MIRROR_BYTES") is not { } text
        ? DefaultMirrorBytes
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes > 0 ? bytes : throw Wrong("DATAGRID_MIRROR_BYTES", "a number of bytes");

    /// <summary>A variable's text; null when it is not set.</summary>
    public static string? Text(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } set ? set : null;

    /// <summary>The name itself when the variable is set: secrets are passed on by name.</summary>
    public static string? NameIfSet(string name) => Text(name) is null ? null : name;

    /// <summary>A variable that is yes or no; null when it is not set.</summary>
    public static bool? Flag(string name) => Text(name) switch
    {
        null => null,
        "1" or "true" => true,
        "0" or "false" => false,
        _ => throw Wrong(name, "1 or 0"),
    };

    private static DataGridException Wrong(string name, string wanted) => new(new Problem { Code = ErrorCodes.UsageInvalid, Message = $"the variable {name} is not {wanted}", Help = "correct or unset it" });
}
