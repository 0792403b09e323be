using System.CommandLine;

namespace DataGrid.Cli.Commands;

/// <summary><c>--server</c> and <c>--key</c>: a command does its work at a server instead of in the files here.</summary>
internal static class ServerOption
{
    public const string ServerVariable = "DATAGRID_SERVER";
    public const string KeyVariable = "DATAGRID_KEY";

    public static Option<string?> Server { get; } = new("--server")
    {
        Description = $"Ask a server: http://HOST:PORT, several with commas between them, of which any answers [default: {ServerVariable}, unless --root is given]",
        HelpName = "URL",
    };

    public static Option<string?> Key { get; } = new("--key") { Description = $"The server's API key; {KeyVariable} keeps it out of the list of processes", HelpName = "KEY" };

    /// <summary>Gives a command both.</summary>
    public static Command AddTo(Command command)
    {
        command.Options.Add(Server);
        command.Options.Add(Key);
        return command;
    }
}
