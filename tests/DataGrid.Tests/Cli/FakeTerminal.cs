using DataGrid.Cli.Rendering;

namespace DataGrid.Tests.Cli;

/// <summary>A terminal that keeps what was written to it.</summary>
internal sealed class FakeTerminal
{
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    public Terminal Terminal => new() { Out = _out, Error = _error };

    public string Out => _out.ToString().ReplaceLineEndings("\n");

    public string Error => _error.ToString().ReplaceLineEndings("\n");

    /// <summary>Runs the command in this process.</summary>
    public static async Task<(int ExitCode, string Out, string Error)> RunAsync(params string[] args)
    {
        var terminal = new FakeTerminal();
        var code = await DataGrid.Cli.CommandLine.RunAsync(args, terminal.Terminal, TimeProvider.System);
        return (code, terminal.Out, terminal.Error);
    }
}
