using System.Xml.Linq;

namespace DataGrid.Tests.Tidy;

/// <summary>The house of docs/ARCHITECTURE.md: floors point down only.</summary>
public sealed class ReferenceTests
{
    private const string Runtime = "DataGrid.Runtime";

    /// <summary>What each project may refer to. A new project needs a row, and docs/ARCHITECTURE.md with it.</summary>
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["DataGrid.Contracts"] = [],
        ["DataGrid.Core"] = ["Contracts"],
        ["DataGrid.DuckDb"] = [],
        ["DataGrid.Engine"] = ["Contracts", "Core", "DuckDb"],
        ["DataGrid.Storage"] = ["Contracts", "Core", "DuckDb"],
        ["DataGrid.Storage.S3"] = ["Contracts", "Storage"],
        ["DataGrid.Storage.Azure"] = ["Contracts", "Storage"],
        ["DataGrid.Metadata"] = ["Contracts", "Core", "DuckDb"],
        ["DataGrid.Connectors"] = ["Contracts", "Core"],
        ["DataGrid.Grains"] = ["Contracts", "Core", "Storage"],
        ["DataGrid.Worker"] = ["Contracts", "Core", "Engine", "Storage", "Connectors"],
        ["DataGrid.WorkerChild"] = ["Contracts", "Engine", "Worker"],
        ["DataGrid.Gateway"] = ["Contracts", "Core"],
        ["DataGrid.Dashboard"] = [],
        ["DataGrid.Silo"] = ["Contracts", "Core", "DuckDb", "Engine", "Storage", "Storage.S3", "Storage.Azure", "Metadata", "Connectors", "Grains", "Worker", "Gateway", "Dashboard"],
        ["DataGrid.Client"] = [],
        ["DataGrid.Cli"] = ["Contracts", "Core", "DuckDb", "Engine", "Storage", "Storage.S3", "Storage.Azure", "Metadata", "Connectors", "Grains", "Worker", "WorkerChild", "Gateway", "Dashboard", "Silo", "Client"],
        [Runtime] = [],
    };

    /// <summary>Projects that are written against the grain API, and so compiled against either runtime.</summary>
    private static readonly string[] MayUseGrains = ["DataGrid.Contracts", "DataGrid.Metadata", "DataGrid.Grains", "DataGrid.Worker", "DataGrid.Gateway", "DataGrid.Silo"];

    [Fact]
    public void Project_files_refer_only_to_what_stands_below()
    {
        var wrong = from file in Repository.Find("src/", ".csproj")
                    let project = Path.GetFileNameWithoutExtension(file)
                    from reference in XDocument.Parse(Repository.Read(file)).Descendants("ProjectReference")
                    let target = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))
                    where !Allowed(project).Contains(target)
                    select $"{file} refers to {target}";
        Found.None(wrong);
    }

    [Fact]
    public void Assemblies_use_only_what_stands_below_also_through_others()
    {
        var wrong = from product in Products.Files
                    from reference in Products.AssemblyReferences(product.Value)
                    where reference.StartsWith("DataGrid.", StringComparison.Ordinal) && !Allowed(product.Key).Contains(reference)
                    where !(reference == Runtime && MayUseGrains.Contains(product.Key))
                    select $"{product.Key} uses {reference}";
        Found.None(wrong);
    }

    [Fact]
    public void The_grain_runtime_is_asked_for_with_UsesGrains_only()
    {
        var users = from file in Repository.Find("src/", ".csproj")
                    where XDocument.Parse(Repository.Read(file)).Descendants("UsesGrains").Any(static e => e.Value == "true")
                    select Path.GetFileNameWithoutExtension(file);
        Found.None(users.Except(MayUseGrains));
        var named = from file in Repository.Find("src/", ".csproj")
                    where Repository.Read(file).Contains("DataGrid.Runtime.csproj", StringComparison.Ordinal) || Repository.Read(file).Contains("Microsoft.Orleans", StringComparison.Ordinal)
                    select file;
        Found.None(named);
    }

    [Fact]
    public void Every_project_has_a_row_here_and_in_the_picture()
    {
        var projects = Repository.Find("src/", ".csproj").Select(static file => Path.GetFileNameWithoutExtension(file)).ToList();
        var picture = Repository.Read("docs/ARCHITECTURE.md");

        Found.None(projects.Where(static project => !MayReference.ContainsKey(project)));
        Found.None(projects.Where(project => !picture.Contains($"`{project}`", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("DataGrid.sln");
        Found.None(Repository.Files.Where(static file => file.EndsWith(".csproj", StringComparison.Ordinal))
            .Where(file => !solution.Contains(file.Replace('/', '\\'), StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Allowed(string project) => MayReference.GetValueOrDefault(project, []).Select(static name => "DataGrid." + name);
}
