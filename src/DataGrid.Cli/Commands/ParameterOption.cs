using System.Collections.Immutable;
using System.CommandLine;
using DataGrid.Contracts.Errors;

namespace DataGrid.Cli.Commands;

/// <summary><c>--param name=value</c>: values for the SQL's <c>$name</c>.</summary>
internal static class ParameterOption
{
    public static Option<string[]> Create() => new("--param", "-p")
    {
        Description = "A value for $NAME in the SQL; bound, never pasted",
        HelpName = "NAME=VALUE",
    };

    /// <summary>Reads <c>name=value</c> pairs.</summary>
    /// <exception cref="DataGridException">One of them is not a pair, or a name comes twice.</exception>
    public static ImmutableSortedDictionary<string, string> Parse(string[]? texts)
    {
        var values = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var text in texts ?? [])
        {
            var split = text.IndexOf('=', StringComparison.Ordinal);
            if (split < 1) throw Invalid($"'{text}' is not NAME=VALUE", "write for example --param day=2024-05-06");
            var name = text[..split].TrimStart('$');
            if (!values.TryAdd(name, text[(split + 1)..])) throw Invalid($"the parameter {name} is given twice", "give it once");
        }
        return values.ToImmutable();
    }

    private static DataGridException Invalid(string message, string help) =>
        new(new Problem { Code = ErrorCodes.UsageInvalid, Message = message, Help = help });
}
