using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Rendering;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Gateway.Access;
using DataGrid.Silo.Web;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid keys</c>: the keys that open a root's gateway.</summary>
internal sealed class KeysCommand : ICommandDefinition
{
    private readonly Argument<string> _name = new("NAME") { Description = "What people will call it" };
    private readonly Argument<string> _key = new("KEY") { Description = "The key's public part, as 'datagrid keys list' shows it" };
    private readonly Option<string> _role = new("--role") { Description = "What it may do: viewer, editor, operator or admin", HelpName = "ROLE", DefaultValueFactory = static _ => "viewer" };
    private readonly Option<int?> _days = new("--days") { Description = "After how many days it ends [default: never]", HelpName = "N" };

    public IReadOnlyList<string> Examples => ["datagrid keys create ops --role admin", "datagrid keys create reports --days 90", "datagrid keys list", "datagrid keys revoke 0123456789abcdef"];

    public Command Build(ActionWrapper wrap)
    {
        _role.AcceptOnlyFromAmong("viewer", "editor", "operator", "admin");
        var create = new Command("create", "Make a key; its secret is shown this once") { _name, _role, _days };
        create.SetAction(wrap(CreateAsync));
        var list = new Command("list", "List keys");
        list.SetAction(wrap(ListAsync));
        var revoke = new Command("revoke", "End a key") { _key };
        revoke.SetAction(wrap(RevokeAsync));
        return new Command("keys", "Make, list and revoke the keys that open a root's gateway") { create, list, revoke };
    }

    private async Task<int> CreateAsync(CommandContext context, CancellationToken stop)
    {
        var days = context.Get(_days);
        if (days is < 1 or > 36_500) return context.Fail(new Problem { Code = ErrorCodes.UsageInvalid, Message = $"--days is {days}", Help = "give at least 1" });
        var role = Enum.Parse<Role>(context.Get(_role)!, ignoreCase: true);
        var roles = ImmutableSortedDictionary<string, Role>.Empty.Add(WorkspaceId.Default.Value, role);
        var ends = days is { } given ? context.Time.GetUtcNow().AddDays(given) : (DateTimeOffset?)null;
        var (text, key) = await Open(context).CreateAsync(context.Get(_name), roles, [], ends, Environment.UserName, stop).ConfigureAwait(false);
        if (context.IsJson) context.WriteJson(new { secret = text, key = key.Key });
        else
        {
            await context.Terminal.Out.WriteLineAsync(text).ConfigureAwait(false);
            await context.Terminal.Error.WriteLineAsync($"keep it: it is shown this once. It is {context.Get(_role)}; revoke it with: datagrid keys revoke {key.Key}").ConfigureAwait(false);
        }
        return 0;
    }

    private static async Task<int> ListAsync(CommandContext context, CancellationToken stop)
    {
        var keys = await Open(context).ListAsync(stop).ConfigureAwait(false);
        if (context.IsJson)
        {
            context.WriteJson(keys.Select(static key => key with { SecretHash = "" }));
            return 0;
        }
        foreach (var key in keys)
        {
            var state = key.RevokedAt is not null ? "revoked" : key.IsGood(context.Time.GetUtcNow()) ? "good" : "ended";
            var role = key.RoleIn(WorkspaceId.Default) is { } may ? may.ToString() : "none";
            await context.Terminal.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{key.Key}  {role,-8}  {state,-7}  {key.CreatedAt:yyyy-MM-dd}  {SafeText.Of(key.Name)}")).ConfigureAwait(false);
        }
        return 0;
    }

    private async Task<int> RevokeAsync(CommandContext context, CancellationToken stop)
    {
        var keys = Open(context);
        if (await keys.FindAsync(context.Get(_key), stop).ConfigureAwait(false) is not { } key)
            return context.Fail(new Problem { Code = ErrorCodes.KeyUnknown, Message = $"there is no key {SafeText.Of(context.Get(_key))}", Help = "see them with: datagrid keys list" });
        await keys.RevokeAsync(key, stop).ConfigureAwait(false);
        await context.Terminal.Out.WriteLineAsync($"{key.Key} opens nothing any more").ConfigureAwait(false);
        return 0;
    }

    private static KeyStore Open(CommandContext context) => RootKeys.Open(Root.ForProject(context, Directory.GetCurrentDirectory()), WorkspaceId.Default);
}
