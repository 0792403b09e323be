using System.Collections.Immutable;
using System.Text.Json;
using DataGrid.Cli.Commands;
using DataGrid.Client;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using ClientException = DataGrid.Client.DataGridException;
using ClientProblem = DataGrid.Client.Problem;
using Problem = DataGrid.Contracts.Errors.Problem;

namespace DataGrid.Cli.Remote;

/// <summary>A server that a command works with. What it says has the shapes of what the command shows, since both write the same documents.</summary>
/// <param name="Client">The client.</param>
/// <param name="Addresses">Its addresses as they were given, for command lines that are proposed.</param>
internal sealed record RemoteServer(DataGridClient Client, string Addresses)
{
    /// <summary>How long a server is tried: somebody waits.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Whether the command is to ask a server: <c>--server</c>, else <c>DATAGRID_SERVER</c> when no root is named.</summary>
    public static bool IsAsked(CommandContext context) => AddressesOf(context) is not null;

    /// <summary>Does a command's work at the server.</summary>
    /// <exception cref="Contracts.Errors.DataGridException">No server is named, or its address is none.</exception>
    public static async Task<int> RunAsync(CommandContext context, Func<RemoteServer, Task<int>> work)
    {
        var addresses = AddressesOf(context) ?? throw Usage("no server is named", $"give --server http://localhost:8321, or set {ServerOption.ServerVariable}");
        using var client = new DataGridClient(OptionsOf(context, addresses), null, context.Time);
        try
        {
            return await work(new RemoteServer(client, addresses)).ConfigureAwait(false);
        }
        catch (ClientException fault)
        {
            context.ShowTrace(fault.InnerException);
            return context.Fail(ProblemsOf(fault));
        }
    }

    /// <summary>The end of a command line that asks the same server.</summary>
    public string Option => $"--server {Addresses}";

    /// <summary>What the server said, as what the command shows.</summary>
    public static T As<T>(object said) => JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(said, said.GetType(), DataGridJson.Options), DataGridJson.Options)!;

    private static ImmutableArray<Problem> ProblemsOf(ClientException fault) => fault.Code switch
    {
        ClientException.ConnectionFailed or ClientException.AnswerCutOff or ClientException.AnswerInvalid => [Of(fault.Problem) with { Code = ErrorCodes.ServerUnreachable }],
        ErrorCodes.Unauthenticated => [Of(fault.Problem) with { Help = $"give the key of somebody who may, in {ServerOption.KeyVariable} or as --key; an admin makes keys with datagrid keys create" }],
        _ => [.. fault.Problems.Select(Of)],
    };

    private static Problem Of(ClientProblem problem) => As<Problem>(problem);

    private static DataGridClientOptions OptionsOf(CommandContext context, string addresses)
    {
        var servers = addresses.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(static text => Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : throw Usage($"'{text}' is no address of a server", "write for example --server http://localhost:8321"));
        var key = context.Get(ServerOption.Key) ?? (Environment.GetEnvironmentVariable(ServerOption.KeyVariable) is { Length: > 0 } set ? set : null);
        var options = new DataGridClientOptions { Servers = [.. servers], Key = key, Patience = Patience };
        return options.Validate().FirstOrDefault() is { } wrong ? throw Usage($"the server cannot be asked: {wrong}", "write for example --server http://localhost:8321") : options;
    }

    private static string? AddressesOf(CommandContext context)
    {
        if (context.Get(ServerOption.Server) is { } given)
            return context.RootOption is null ? given : throw Usage("--server and --root are both given", "give one: a server has a root of its own");
        return context.RootOption is null && Environment.GetEnvironmentVariable(ServerOption.ServerVariable) is { Length: > 0 } set ? set : null;
    }

    private static Contracts.Errors.DataGridException Usage(string message, string help) => new(new Problem { Code = ErrorCodes.UsageInvalid, Message = message, Help = help });
}
