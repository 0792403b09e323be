using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Rendering;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Storage.Delta;

namespace DataGrid.Cli.Commands;

/// <summary>The project folder that a command is given, and its way to a spec.</summary>
internal static class ProjectArgument
{
    public static Argument<string> Create() => new("DIR")
    {
        Description = "The project's folder, which holds datagrid.yaml",
        DefaultValueFactory = static _ => ".",
    };

    /// <summary>Compiles a project. When it has errors they are shown, and the exit code is returned instead of a spec; warnings stay in the spec.</summary>
    public static async Task<(PipelineSpec? Spec, int ExitCode)> CompileAsync(CommandContext context, string directory, CancellationToken stop, SnapshotShare? share = null)
    {
        var outcome = await CompileQuietlyAsync(context, directory, stop, share).ConfigureAwait(false);
        if (outcome.Spec is not null) return (outcome.Spec, 0);
        return (null, context.Fail(outcome.Problems));
    }

    /// <summary>Compiles a project and shows nothing.</summary>
    public static async Task<CompileOutcome> CompileQuietlyAsync(CommandContext context, string directory, CancellationToken stop, SnapshotShare? share = null)
    {
        if (Missing(directory) is { } missing) return new CompileOutcome(null, [missing]);
        using var reader = Services.OpenReaderIfThere(Root.ForProject(context, directory), share);
        return await Services.CreateProjects(reader).CompileAsync(directory, stop).ConfigureAwait(false);
    }

    private static Problem? Missing(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return new Problem
            {
                Code = ErrorCodes.ProjectNotFound,
                Message = $"there is no folder {SafeText.Of(directory)}",
                Help = "give the folder that holds datagrid.yaml, or start one with: datagrid init NAME",
            };
        }
        if (File.Exists(Path.Combine(directory, Root.ProjectFile))) return null;
        return new Problem
        {
            Code = ErrorCodes.ProjectNotFound,
            Message = $"{SafeText.Of(directory)} is not a project: it has no {Root.ProjectFile}",
            Help = "give the folder that holds datagrid.yaml, or start one with: datagrid init NAME",
        };
    }
}
