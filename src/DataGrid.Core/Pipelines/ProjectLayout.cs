namespace DataGrid.Core.Pipelines;

/// <summary>Where a project's files are.</summary>
public static class ProjectLayout
{
    /// <summary>The project file.</summary>
    public const string ProjectFile = "datagrid.yaml";

    /// <summary>The folder of the models.</summary>
    public const string ModelsFolder = "models";

    /// <summary>How a model's file ends.</summary>
    public const string ModelExtension = ".sql";

    /// <summary>The path of a model's file, relative to the project folder.</summary>
    public static string ModelFile(Contracts.Datasets.DatasetName name) => $"{ModelsFolder}/{name.Namespace}/{name.Name}{ModelExtension}";
}
