using System.CommandLine;

namespace DataGrid.Cli.Commands;

/// <summary>A dataset's name on the command line, with completion.</summary>
internal static class DatasetArgument
{
    public static Argument<string> Create(string description = "The dataset: namespace.name")
    {
        var argument = new Argument<string>("NAME") { Description = description };
        argument.CompletionSources.Add(DatasetCompletions.Complete);
        return argument;
    }

    public static Argument<string?> CreateOptional(string description)
    {
        var argument = new Argument<string?>("NAME") { Description = description, Arity = ArgumentArity.ZeroOrOne };
        argument.CompletionSources.Add(DatasetCompletions.Complete);
        return argument;
    }
}
