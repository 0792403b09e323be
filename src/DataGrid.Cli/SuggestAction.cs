using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;

namespace DataGrid.Cli;

/// <summary>
/// What the shells' completion scripts ask: <c>datagrid "[suggest:POSITION]" "the line so far"</c>. One word a line, each once; options only where nothing else
/// fits or a dash was typed, and without the short and Windows forms of --help, so that Tab shows what one would want to type.
/// </summary>
internal sealed class SuggestAction(SuggestDirective directive) : SynchronousCommandLineAction
{
    private static readonly string[] FormsOfHelp = ["-?", "/?", "/h", "-h"];

    /// <summary>The line is an argument of the directive, not of a command.</summary>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var line = parseResult.Tokens.LastOrDefault(static token => token.Type != TokenType.Directive)?.Value ?? "";
        var given = parseResult.GetResult(directive)?.Values.SingleOrDefault();
        var position = int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, line.Length) : line.Length;
        var words = parseResult.RootCommandResult.Command.Parse(line).GetCompletions(position).Select(static item => item.Label).Distinct(StringComparer.Ordinal).ToList();
        var others = words.Where(static word => !word.StartsWith('-') && !word.StartsWith('/')).ToList();
        foreach (var word in others.Count > 0 ? others : words.Except(FormsOfHelp, StringComparer.Ordinal)) parseResult.InvocationConfiguration.Output.WriteLine(word);
        return 0;
    }
}
