using System.CommandLine;

namespace DataGrid.Cli.Commands;

/// <summary><c>--select</c>: which datasets of a project.</summary>
internal static class SelectOption
{
    public static Option<string[]> Create()
    {
        var option = new Option<string[]>("--select", "-s")
        {
            Description = "Only these datasets; +NAME with all that it reads, NAME+ with all that reads it",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
        };
        option.CompletionSources.Add(DatasetCompletions.Complete);
        return option;
    }
}
