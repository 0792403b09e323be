using System.CommandLine;

namespace DataGrid.Cli;

/// <summary>Options that every command has.</summary>
internal static class GlobalOptions
{
    public static Option<string?> Root { get; } = new("--root")
    {
        Description = "Where tables and runs are kept: a .datagrid folder, or a project that has one, or s3://BUCKET/PREFIX or az://CONTAINER/PREFIX [default: .datagrid of the project, or of the folder you are in]",
        HelpName = "FOLDER",
        Recursive = true,
    };

    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Print one JSON document, or one a line where results stream",
        Recursive = true,
    };

    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "Say more when something fails", Recursive = true };
}
