using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Pipelines;

namespace DataGrid.Engine.Projects;

/// <summary>Reads a project's own files: <c>datagrid.yaml</c> and what is below <c>models/</c>. Sources' files are read elsewhere.</summary>
internal static class ProjectFolder
{
    /// <summary>Reads them; null, with a problem, when there is no project file that can be read.</summary>
    public static ProjectFiles? Read(string folder, ProjectOptions options, ProblemBag problems, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            problems.Add(NotFound(File.Exists(folder) ? $"'{folder}' is a file, not a project folder" : $"the folder '{folder}' does not exist", "Name the folder that holds datagrid.yaml."));
            return null;
        }
        var path = Path.Combine(folder, ProjectLayout.ProjectFile);
        if (!File.Exists(path))
        {
            var other = Directory.EnumerateFiles(folder).Select(Path.GetFileName).FirstOrDefault(static name => name is "datagrid.yml" or "Datagrid.yaml" or "DataGrid.yaml");
            problems.Add(NotFound($"there is no {ProjectLayout.ProjectFile} in '{folder}'",
                other is not null ? $"Rename {other} to {ProjectLayout.ProjectFile}." : "Name the folder that holds it, or make a project with: datagrid init NAME."));
            return null;
        }
        if (Text(folder, ProjectLayout.ProjectFile, options, problems) is not { } project) return null;
        var models = ImmutableArray.CreateBuilder<SourceText>();
        var others = ImmutableArray.CreateBuilder<string>();
        foreach (var file in ModelFiles(folder, options, problems))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!file.EndsWith(ProjectLayout.ModelExtension, StringComparison.OrdinalIgnoreCase)) others.Add(file);
            else if (Text(folder, file, options, problems) is { } text) models.Add(text);
        }
        return new ProjectFiles(project, models.DrainToImmutable(), others.DrainToImmutable());
    }

    /// <summary>Files below <c>models/</c> by name. Hidden files and notes in Markdown are nobody's business.</summary>
    private static List<string> ModelFiles(string folder, ProjectOptions options, ProblemBag problems)
    {
        var models = Path.Combine(folder, ProjectLayout.ModelsFolder);
        if (!Directory.Exists(models)) return [];
        var search = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 8, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        try
        {
            var files = Directory.EnumerateFiles(models, "*", search)
                .Select(file => Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'))
                .Where(static file => !file.Split('/').Any(static part => part.StartsWith('.')) && !file.EndsWith(".md", StringComparison.OrdinalIgnoreCase))
                .Take(options.MaxFiles + 1)
                .Order(StringComparer.Ordinal)
                .ToList();
            if (files.Count <= options.MaxFiles) return files;
            problems.Add(NotFound($"there are more than {options.MaxFiles} files below models/", "Split the project."));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(NotFound($"the folder models/ cannot be read: {error.Message}", "Check its rights."));
        }
        return [];
    }

    private static SourceText? Text(string folder, string file, ProjectOptions options, ProblemBag problems)
    {
        try
        {
            using var stream = new FileStream(Path.Combine(folder, file), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > options.MaxFileBytes)
            {
                problems.Add(At(file, null, $"this file has {stream.Length} bytes; {options.MaxFileBytes} are allowed", "Keep data in files of their own and read them as a source."));
                return null;
            }
            var bytes = new byte[stream.Length];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (Utf8Text.Decode(bytes.AsSpan(0, length), out var line) is { } text) return new SourceText(file, text);
            problems.Add(At(file, line, "this file is not valid UTF-8", "Save it as UTF-8."));
        }
        catch (UnauthorizedAccessException)
        {
            problems.Add(At(file, null, "this file may not be read", "Check its rights."));
        }
        catch (IOException error)
        {
            problems.Add(At(file, null, $"this file cannot be read: {error.Message}", "Check that it is there."));
        }
        return null;
    }

    private static Problem At(string file, int? line, string message, string help) => new()
    {
        Code = ErrorCodes.SpecInvalid, Message = message, Position = new SourcePosition { File = file, Line = line }, Help = help,
    };

    private static Problem NotFound(string message, string help) => new() { Code = ErrorCodes.ProjectNotFound, Message = message, Help = help };
}
