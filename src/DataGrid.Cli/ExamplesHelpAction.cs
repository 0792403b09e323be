using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace DataGrid.Cli;

/// <summary>The usual help, with examples at its end.</summary>
internal sealed class ExamplesHelpAction(HelpAction inner, IReadOnlyList<string> examples) : SynchronousCommandLineAction
{
    /// <summary>Command lines that show the command at work.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        ArgumentNullException.ThrowIfNull(parseResult);
        var code = inner.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var example in Examples) output.WriteLine("  " + example);
        output.WriteLine();
        return code;
    }
}
