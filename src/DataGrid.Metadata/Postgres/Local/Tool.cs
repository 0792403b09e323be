using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace DataGrid.Metadata.Postgres.Local;

/// <summary>How a program ended: its exit code and the last lines that it said. A program that is not there has the code 127.</summary>
internal readonly record struct ToolResult(int ExitCode, string Output)
{
    public bool IsSuccess => ExitCode == 0;
}

/// <summary>Runs programs and hears them to their end.</summary>
internal static class Tool
{
    private const int MaxOutput = 4000;

    public static async Task<ToolResult> RunAsync(IReadOnlyList<string> command, string? folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        if (folder is not null)
            start.WorkingDirectory = folder;
        // Messages that we look into are the English ones.
        start.Environment["LC_ALL"] = "C";
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            return new ToolResult(127, error.Message);
        }

        using (process)
        {
            process.StandardInput.Close();
            var said = new StringBuilder();
            try
            {
                await Task.WhenAll(HearAsync(process.StandardOutput, said, cancellationToken), HearAsync(process.StandardError, said, cancellationToken)).ConfigureAwait(false);
                await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }

            return new ToolResult(process.ExitCode, said.ToString().Trim());
        }
    }

    private static async Task HearAsync(StreamReader stream, StringBuilder said, CancellationToken cancellationToken)
    {
        while (await stream.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            lock (said)
            {
                said.AppendLine(line);
                if (said.Length > MaxOutput)
                    said.Remove(0, said.Length - MaxOutput);
            }
        }
    }
}
