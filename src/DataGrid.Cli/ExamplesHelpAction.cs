using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace DataGrid.Cli;

/// <summary>The usual help, with examples at its end.</summary>
internal sealed class ExamplesHelpAction(HelpAction inner, IReadOnlyList<string> examples) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        ArgumentNullException.ThrowIfNull(parseResult);
        var code = inner.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var example in examples) output.WriteLine("  " + example);
        output.WriteLine();
        return code;
    }
}
