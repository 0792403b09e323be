using System.CommandLine;
using System.Globalization;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Rendering;
using DataGrid.Contracts.Errors;

namespace DataGrid.Cli.Commands;

/// <summary>What <c>rollback</c>, <c>vacuum</c> and <c>compact</c> share: they own the root while they work, and can say beforehand what they would do.</summary>
internal static class Maintenance
{
    public static Option<bool> CreateDryRun() => new("--dry-run") { Description = "Only say what would happen" };

    public static async Task<int> RunAsync(CommandContext context, Func<IRunHost, CancellationToken, Task<MaintenanceReport>> work, CancellationToken stop)
    {
        var host = await Services.StartHostAsync(Root.ForReading(context), stop).ConfigureAwait(false);
        await using (host.ConfigureAwait(false))
        {
            var report = await work(host, stop).ConfigureAwait(false);
            if (context.IsJson) context.WriteJson(report);
            else await context.Terminal.Out.WriteLineAsync(Sentence(report)).ConfigureAwait(false);
            return 0;
        }
    }

    private static string Sentence(MaintenanceReport report)
    {
        var would = report.IsDryRun ? "would " : "";
        var text = report.Detail ?? string.Create(CultureInfo.InvariantCulture,
            $"{report.Operation} {would}remove {Humane.Count(report.FilesRemoved, "file")} ({Humane.Bytes(report.BytesRemoved)}) and add {Humane.Count(report.FilesAdded, "file")} ({Humane.Bytes(report.BytesAdded)})");
        var version = report.Version is { } made ? $"; version {made}" : "";
        return $"{report.Dataset}: {text}{version}{(report.IsDryRun ? " (dry run: nothing was changed)" : "")}";
    }
}

/// <summary><c>datagrid rollback NAME --to N</c>: a new version that restores an old one.</summary>
internal sealed class RollbackCommand : ICommandDefinition
{
    private readonly Argument<string> _name = DatasetArgument.Create();
    private readonly Option<long> _to = new("--to") { Description = "The version to restore", HelpName = "VERSION", Required = true };
    private readonly Option<bool> _dryRun = Maintenance.CreateDryRun();

    public IReadOnlyList<string> Examples => ["datagrid history silver.orders", "datagrid rollback silver.orders --to 3 --dry-run", "datagrid rollback silver.orders --to 3"];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("rollback", "Restore an older version of a table, as a new version") { _name, _to, _dryRun };
        command.SetAction(wrap((context, stop) =>
        {
            var name = CommandContext.ParseDataset(context.Get(_name));
            return Maintenance.RunAsync(context, (host, token) => host.RollbackAsync(name, context.Get(_to), context.Get(_dryRun), token), stop);
        }));
        return command;
    }
}

/// <summary><c>datagrid vacuum NAME</c>: deletes files that no version within the retention needs.</summary>
internal sealed class VacuumCommand : ICommandDefinition
{
    private readonly Argument<string> _name = DatasetArgument.Create();
    private readonly Option<string?> _retention = new("--retain") { Description = "Keep what versions of this long need, for example 12h or 30d [default: 7d]", HelpName = "TIME" };
    private readonly Option<bool> _dryRun = Maintenance.CreateDryRun();

    public IReadOnlyList<string> Examples => ["datagrid vacuum silver.flights --dry-run", "datagrid vacuum silver.flights --retain 30d"];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("vacuum", "Delete files that no recent version of a table needs") { _name, _retention, _dryRun };
        command.SetAction(wrap((context, stop) =>
        {
            var name = CommandContext.ParseDataset(context.Get(_name));
            var retention = context.Get(_retention) is { } text ? ParseTime(text) : (TimeSpan?)null;
            return Maintenance.RunAsync(context, (host, token) => host.VacuumAsync(name, retention, context.Get(_dryRun), token), stop);
        }));
        return command;
    }

    internal static TimeSpan ParseTime(string text)
    {
        if (text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
        {
            switch (text[^1])
            {
                case 'm': return TimeSpan.FromMinutes(amount);
                case 'h': return TimeSpan.FromHours(amount);
                case 'd': return TimeSpan.FromDays(amount);
            }
        }
        throw new DataGridException(new Problem { Code = ErrorCodes.UsageInvalid, Message = $"'{text}' is not a time", Help = "write for example 90m, 12h or 30d" });
    }
}

/// <summary><c>datagrid compact NAME</c>: joins small files.</summary>
internal sealed class CompactCommand : ICommandDefinition
{
    private readonly Argument<string> _name = DatasetArgument.Create();
    private readonly Option<bool> _dryRun = Maintenance.CreateDryRun();

    public IReadOnlyList<string> Examples => ["datagrid compact bronze.events --dry-run", "datagrid compact bronze.events"];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("compact", "Join the small files of a table into bigger ones") { _name, _dryRun };
        command.SetAction(wrap((context, stop) =>
        {
            var name = CommandContext.ParseDataset(context.Get(_name));
            return Maintenance.RunAsync(context, (host, token) => host.CompactAsync(name, context.Get(_dryRun), token), stop);
        }));
        return command;
    }
}
