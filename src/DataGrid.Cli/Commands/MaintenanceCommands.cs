using System.CommandLine;
using System.Globalization;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Remote;
using DataGrid.Cli.Rendering;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Engine.Sessions;
using DataGrid.Silo.Owner;

namespace DataGrid.Cli.Commands;

/// <summary>What <c>rollback</c>, <c>vacuum</c> and <c>compact</c> share: they own
/// the root while they work, and can say beforehand what they would do.</summary>
internal static class Maintenance
{
    private const int ShownFiles = 20;

    public static Option<bool> CreateDryRun() => new("--dry-run") { Description = "Only say what would happen" };

    /// <summary>Asks the process that owns the root, or owns it for a moment.</summary>
    public static async Task<int> RunAsync(CommandContext context, OwnerRequest request, CancellationToken stop)
    {
        var root = Root.ForReading(context);
        using (var reader = Services.OpenReader(root))
            await Lookup.DatasetAsync(reader, request.Dataset!.Value, stop).ConfigureAwait(false);
        var reply = await new OwnerClient(root, new OwnerClientOptions(), context.Time).AskAsync(request, stop).ConfigureAwait(false)
            ?? new OwnerReply { Maintenance = await WorkAsync(root, request, stop).ConfigureAwait(false) };
        if ((reply.Problem ?? reply.Maintenance?.Problem) is { } problem) return context.Fail(problem);
        return await WriteAsync(context, request.Dataset!.Value, request.DryRun, reply.Maintenance!).ConfigureAwait(false);
    }

    /// <summary>Says what was done.</summary>
    public static async Task<int> WriteAsync(CommandContext context, DatasetName dataset, bool isDryRun, MaintenanceReply reply)
    {
        if (context.IsJson) context.WriteJson(reply);
        else await WriteAsync(context.Terminal.Out, dataset, isDryRun, reply).ConfigureAwait(false);
        return 0;
    }

    private static async Task<MaintenanceReply> WorkAsync(string root, OwnerRequest request, CancellationToken stop)
    {
        var silo = await Services.StartSiloAsync(root, new EngineOptions { WarmInstances = 0 }, null, stop).ConfigureAwait(false);
        await using (silo.ConfigureAwait(false))
        {
            var dataset = request.Dataset!.Value;
            return await (request.Command switch
            {
                OwnerCommand.Rollback => silo.RollbackAsync(dataset, request.Version!.Value, request.DryRun),
                OwnerCommand.Vacuum => silo.VacuumAsync(dataset, request.Retention, request.AllowShort, request.DryRun),
                _ => silo.CompactAsync(dataset, request.DryRun),
            }).ConfigureAwait(false);
        }
    }

    private static async Task WriteAsync(TextWriter output, DatasetName dataset, bool isDryRun, MaintenanceReply reply)
    {
        var parts = new List<string>();
        if (reply.FilesAdded > 0) parts.Add($"add {Humane.Count(reply.FilesAdded, "file")}");
        if (reply.FilesRemoved > 0) parts.Add($"remove {Humane.Count(reply.FilesRemoved, "file")} ({Humane.Bytes(reply.BytesRemoved)})");
        var what = parts.Count == 0 ? "nothing to do" : (isDryRun ? "would " : "") + string.Join(" and ", parts);
        var version = reply.Version is { } made ? $"; version {made}" : "";
        await output.WriteLineAsync($"{dataset}: {what}{version}{(isDryRun ? " (dry run: nothing was changed)" : "")}").ConfigureAwait(false);
        if (!isDryRun) return;
        foreach (var file in reply.Files.Take(ShownFiles)) await output.WriteLineAsync("  " + SafeText.Of(file)).ConfigureAwait(false);
        if (reply.Files.Length > ShownFiles) await output.WriteLineAsync($"  and {reply.Files.Length - ShownFiles} more").ConfigureAwait(false);
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
        var command = ServerOption.AddTo(new Command("rollback", "Restore an older version of a table, as a new version") { _name, _to, _dryRun });
        command.SetAction(wrap((context, stop) =>
        {
            var name = CommandContext.ParseDataset(context.Get(_name));
            if (RemoteServer.IsAsked(context)) return RemoteServer.RunAsync(context, server => RemoteCatalog.RollbackAsync(context, server, name, context.Get(_to), context.Get(_dryRun), stop));
            return Maintenance.RunAsync(context, new OwnerRequest { Command = OwnerCommand.Rollback, Dataset = name, Version = context.Get(_to), DryRun = context.Get(_dryRun) }, stop);
        }));
        return command;
    }
}

/// <summary><c>datagrid vacuum NAME</c>: deletes files that no version within the retention needs.</summary>
internal sealed class VacuumCommand : ICommandDefinition
{
    private readonly Argument<string> _name = DatasetArgument.Create();
    private readonly Option<string?> _retention = new("--retain") { Description = "Keep what versions of this long need, for example 12h or 30d [default: 7d]", HelpName = "TIME" };
    private readonly Option<bool> _force = new("--allow-short") { Description = "Take a retention that is shorter than a long run; readers and runs of old versions may fail" };
    private readonly Option<bool> _dryRun = Maintenance.CreateDryRun();

    public IReadOnlyList<string> Examples => ["datagrid vacuum silver.flights --dry-run", "datagrid vacuum silver.flights --retain 30d"];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("vacuum", "Delete files that no recent version of a table needs") { _name, _retention, _force, _dryRun };
        command.SetAction(wrap((context, stop) =>
        {
            var name = CommandContext.ParseDataset(context.Get(_name));
            var retention = context.Get(_retention) is { } text ? ParseTime(text) : (TimeSpan?)null;
            return Maintenance.RunAsync(context, new OwnerRequest
            {
                Command = OwnerCommand.Vacuum, Dataset = name, Retention = retention, AllowShort = context.Get(_force), DryRun = context.Get(_dryRun),
            }, stop);
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
            return Maintenance.RunAsync(context, new OwnerRequest { Command = OwnerCommand.Compact, Dataset = name, DryRun = context.Get(_dryRun) }, stop);
        }));
        return command;
    }
}
