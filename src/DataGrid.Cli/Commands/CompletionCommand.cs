using System.CommandLine;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid completion SHELL</c>: a script that teaches a shell to complete commands, options and dataset names.</summary>
internal sealed class CompletionCommand : ICommandDefinition
{
    private readonly Argument<string> _shell = new("SHELL") { Description = "Which shell: bash, zsh, fish or pwsh" };

    public IReadOnlyList<string> Examples =>
    [
        "source <(datagrid completion bash)        # in ~/.bashrc",
        "source <(datagrid completion zsh)         # in ~/.zshrc",
        "datagrid completion fish | source         # in ~/.config/fish/config.fish",
        "datagrid completion pwsh | Out-String | Invoke-Expression",
    ];

    public Command Build(ActionWrapper wrap)
    {
        _shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new Command("completion", "Print a script that completes commands, options and dataset names in your shell") { _shell };
        command.SetAction(wrap(async (context, stop) =>
        {
            await context.Terminal.Out.WriteAsync(CompletionScripts.Of(context.Get(_shell)).AsMemory(), stop).ConfigureAwait(false);
            return 0;
        }));
        return command;
    }
}

/// <summary>The scripts. All of them ask the command itself, by the parser's <c>[suggest:POSITION]</c> directive, so that they never go stale.</summary>
internal static class CompletionScripts
{
    public static string Of(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        _ => PowerShell,
    };

    private const string Bash = """
        # datagrid completion for bash
        _datagrid_complete() {
          local word=${COMP_WORDS[COMP_CWORD]} IFS=$'\n'
          local found
          found=$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null) || return
          COMPREPLY=($(compgen -W "$found" -- "$word"))
        }
        complete -o default -F _datagrid_complete datagrid ./datagrid

        """;

    private const string Zsh = """
        # datagrid completion for zsh
        _datagrid_complete() {
          local -a found
          local line="${(j: :)words[1,CURRENT]}"
          found=("${(@f)$("${words[1]}" "[suggest:${#line}]" "${line}" 2>/dev/null)}")
          found=("${(@)found:#}")
          compadd -a found
          _files
        }
        compdef _datagrid_complete datagrid ./datagrid

        """;

    private const string Fish = """
        # datagrid completion for fish
        function __datagrid_complete
          set -l line (commandline --current-process --cut-at-cursor | string collect)
          set -l words (commandline --tokenize --current-process --cut-at-cursor)
          command $words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete --command datagrid --arguments '(__datagrid_complete)'

        """;

    private const string PowerShell = """
        # datagrid completion for PowerShell
        Register-ArgumentCompleter -Native -CommandName datagrid -ScriptBlock {
          param($word, $tree, $position)
          datagrid "[suggest:$position]" "$tree" 2>$null | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
          }
        }

        """;
}
