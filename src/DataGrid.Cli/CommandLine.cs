using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.Runtime.InteropServices;
using DataGrid.Cli.Commands;
using DataGrid.Cli.Rendering;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Storage;
using DataGrid.Core.Errors;
using DataGrid.Core.Pipelines;

namespace DataGrid.Cli;

/// <summary>From arguments to an exit code: parses, runs one command, and turns whatever goes wrong into a problem that people and scripts can read.</summary>
internal static class CommandLine
{
    private static readonly ICommandDefinition[] Definitions =
    [
        new RunCommand(), new SubmitCommand(), new ValidateCommand(), new PlanCommand(), new QueryCommand(), new DatasetsCommand(), new HistoryCommand(), new LineageCommand(),
        new QuarantineCommand(), new RunsCommand(), new LogsCommand(), new CancelCommand(), new RollbackCommand(), new VacuumCommand(), new CompactCommand(),
        new UpCommand(), new KeysCommand(), new SiloCommand(), new RecoverCommand(), new InitCommand(), new DoctorCommand(), new CompletionCommand(),
    ];

    /// <summary>The examples of all commands.</summary>
    internal static IEnumerable<string> Examples => Definitions.SelectMany(static definition => definition.Examples);

    /// <summary>Runs one command and returns its exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Terminal terminal, TimeProvider time)
    {
        var root = BuildTree(terminal, time);
        var parsed = root.Parse(args is [] ? ["--help"] : args);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction and not ExamplesHelpAction) return ReportUsage(parsed, terminal);

        using var stop = new StopSignals();
        var configuration = new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null, // StopSignals decides: the first signal asks, the second ends the process
        };
        return await parsed.InvokeAsync(configuration, stop.Token).ConfigureAwait(false);
    }

    /// <summary>All commands, for the parser, the help and the completion.</summary>
    internal static RootCommand BuildTree(Terminal terminal, TimeProvider time)
    {
        var root = new RootCommand("Runs SQL data pipelines, checks the data before anyone can read it, and tells where every column came from")
        {
            GlobalOptions.Root, GlobalOptions.Json, GlobalOptions.Verbose,
        };
        foreach (var definition in Definitions)
        {
            var command = definition.Build(action => async (parsed, stop) =>
                await InvokeAsync(action, new CommandContext(parsed, terminal, time), stop).ConfigureAwait(false));
            root.Subcommands.Add(command);
            AddExamples(command, definition.Examples);
        }
        foreach (var suggest in root.Directives.OfType<SuggestDirective>()) suggest.Action = new SuggestAction(suggest);
        AddExamples(root, ["datagrid init shop", "datagrid run shop", "datagrid query \"from gold.daily_sales\" --root shop"]);
        return root;
    }

    private static void AddExamples(Command command, IReadOnlyList<string> examples)
    {
        var help = command.Options.OfType<HelpOption>().FirstOrDefault();
        if (help is null) command.Options.Add(help = new HelpOption());
        if (help.Action is HelpAction inner) help.Action = new ExamplesHelpAction(inner, examples);
    }

    private static async Task<int> InvokeAsync(CommandAction action, CommandContext context, CancellationToken stop)
    {
        try
        {
            return await action(context, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return context.Fail(new Problem { Code = ErrorCodes.Interrupted, Message = "interrupted" });
        }
        catch (DataGridException fault)
        {
            context.ShowTrace(fault.InnerException);
            return context.Fail(fault.Problem);
        }
        catch (ObjectStoreException fault)
        {
            context.ShowTrace(fault);
            return context.Fail(FaultProblems.From(fault));
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            context.ShowTrace(fault);
            return context.Fail(new Problem
            {
                Code = fault is UnauthorizedAccessException ? ErrorCodes.PermissionDenied : ErrorCodes.RootUnusable,
                Message = fault.Message,
                Help = "check that the path exists and that you may read and write it",
            });
        }
#pragma warning disable CA1031 // the last resort of the process: whatever it is, the user gets a code and a way on
        catch (Exception fault)
#pragma warning restore CA1031
        {
            context.ShowTrace(fault);
            return context.Fail(new Problem
            {
                Code = ErrorCodes.Internal,
                Message = $"DataGrid made a mistake: {fault.Message}",
                Help = context.IsVerbose ? null : "run it again with --verbose and report what it prints",
            });
        }
    }

    private static int ReportUsage(ParseResult parsed, Terminal terminal)
    {
        var context = new CommandContext(parsed, terminal, TimeProvider.System);
        var command = parsed.CommandResult.Command;
        var path = command is RootCommand ? "datagrid" : $"datagrid {command.Name}";
        var unknown = parsed.UnmatchedTokens is [var first, ..] ? first : null;
        var message = unknown is not null && command.Subcommands.Count > 0
            ? $"there is no command '{SafeText.Of(unknown)}'"
            : parsed.Errors[0].Message.TrimEnd('.');
        var near = NearestName.Find(unknown ?? "", command.Subcommands.Select(static child => child.Name));
        return context.Fail(new Problem
        {
            Code = ErrorCodes.UsageInvalid,
            Message = message,
            Help = (near is null ? "" : $"did you mean 'datagrid {near}'? ") + $"see {path} --help",
        });
    }

    /// <summary>The first Ctrl-C or SIGTERM asks the command to stop cleanly; the second is left to the system, which ends the process.</summary>
    private sealed class StopSignals : IDisposable
    {
        private readonly CancellationTokenSource _source = new();
        private readonly PosixSignalRegistration[] _registrations;

        public StopSignals() => _registrations =
            [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];

        public CancellationToken Token => _source.Token;

        public void Dispose()
        {
            foreach (var registration in _registrations) registration.Dispose();
            _source.Dispose();
        }

        private void OnSignal(PosixSignalContext context)
        {
            if (_source.IsCancellationRequested) return;
            context.Cancel = true;
            _source.Cancel();
        }
    }
}
