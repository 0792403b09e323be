using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Rendering;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid init NAME</c>: a small project that runs, to be changed into one's own.</summary>
internal sealed class InitCommand : ICommandDefinition
{
    private readonly Argument<string> _name = new("NAME") { Description = "The project's name; also its folder" };

    public IReadOnlyList<string> Examples => ["datagrid init shop", "datagrid run shop"];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("init", "Start a project: a folder with an input, two models and checks, ready to run") { _name };
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var folder = context.Get(_name);
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        try
        {
            PipelineId.Parse(name);
        }
        catch (FormatException wrong)
        {
            return context.Fail(new Problem { Code = ErrorCodes.NameInvalid, Message = wrong.Message, Help = "choose another name, for example shop" });
        }
        if (File.Exists(Path.Combine(folder, Root.ProjectFile)) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            return context.Fail(new Problem
            {
                Code = ErrorCodes.UsageInvalid,
                Message = $"the folder {SafeText.Of(folder)} is not empty",
                Help = "give the name of a folder that does not exist yet",
            });
        }
        foreach (var (path, text) in StarterProject.Files(name))
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text, stop).ConfigureAwait(false);
        }
        if (context.IsJson)
        {
            context.WriteJson(new InitDocument(Path.GetFullPath(folder), [.. StarterProject.Files(name).Select(static file => file.Path)]));
            return 0;
        }
        await context.Terminal.Out.WriteLineAsync($"{folder} is ready. Next: datagrid run {folder}").ConfigureAwait(false);
        return 0;
    }

    private sealed record InitDocument(string Folder, IReadOnlyList<string> Files);
}
