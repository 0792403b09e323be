using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Silo.Reading;

namespace DataGrid.Cli.Commands;

/// <summary>A run's id on the command line.</summary>
internal static class RunArgument
{
    private const string Last = "last";

    public static Argument<string> Create() => new("RUN") { Description = "The run's id, as 'datagrid runs' shows it; 'last' for the newest" };

    /// <summary>Reads an id; <c>last</c> is that of the newest run.</summary>
    /// <exception cref="DataGridException">It is not one, or there are no runs yet.</exception>
    public static async Task<RunId> FindAsync(WorkspaceReader reader, string text, CancellationToken stop)
    {
        if (text != Last) return Parse(text);
        return await RunFiles.NewestAsync(reader, 1, stop).ConfigureAwait(false) is [var newest, ..] ? newest.Run : throw Unknown(text);
    }

    public static RunId Parse(string text)
    {
        try
        {
            return RunId.Parse(text);
        }
        catch (FormatException wrong)
        {
            throw new DataGridException(new Problem { Code = ErrorCodes.UsageInvalid, Message = wrong.Message, Help = "see the ids with: datagrid runs" });
        }
    }

    /// <summary>There is no such run.</summary>
    public static DataGridException Unknown(string text) => new(new Problem
    {
        Code = ErrorCodes.RunUnknown,
        Message = text == Last ? "there are no runs yet" : $"there is no run {text}",
        Help = "see the ids with: datagrid runs",
    });
}
