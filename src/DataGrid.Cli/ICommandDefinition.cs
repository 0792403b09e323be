using System.CommandLine;

namespace DataGrid.Cli;

/// <summary>What a command does once its arguments are parsed; returns the exit code.</summary>
internal delegate Task<int> CommandAction(CommandContext context, CancellationToken stop);

/// <summary>Wraps an action with what all commands share: problems, exit codes, signals.</summary>
internal delegate Func<ParseResult, CancellationToken, Task<int>> ActionWrapper(CommandAction action);

/// <summary>One command: its arguments, its help and what it does.</summary>
internal interface ICommandDefinition
{
    /// <summary>Command lines for the end of its help.</summary>
    IReadOnlyList<string> Examples { get; }

    /// <summary>Makes the command.</summary>
    Command Build(ActionWrapper wrap);
}
