using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Pipelines;

namespace DataGrid.Engine.Projects.Sources;

/// <summary>A file that a source matched.</summary>
/// <param name="Path">Its absolute path.</param>
/// <param name="Name">Its path relative to the project folder, <c>/</c> between folders: what messages say.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="ModifiedAt">When it was last written, UTC.</param>
public sealed record SourceFile(string Path, string Name, long Bytes, DateTimeOffset ModifiedAt);

/// <summary>What a source's patterns matched.</summary>
/// <param name="Files">The files by name, each once.</param>
/// <param name="Problems">Patterns that match nothing, and folders that cannot be read.</param>
public sealed record SourceFileSet(ImmutableArray<SourceFile> Files, ImmutableArray<Problem> Problems);

/// <summary>Finds the files of a source.</summary>
public static class SourceFiles
{
    /// <summary>How many folder entries may be looked at for one source; a pattern such as <c>**</c> over a whole disk ends here.</summary>
    private const int MaxEntries = 1_000_000;

    /// <summary>Expands a source's patterns when a run pins its inputs.</summary>
    /// <param name="projectDirectory">The folder that the patterns are relative to.</param>
    /// <param name="patterns">The patterns.</param>
    /// <param name="maxFiles">How many files are allowed.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public static SourceFileSet Expand(string projectDirectory, IEnumerable<string> patterns, int maxFiles, CancellationToken cancellationToken)
    {
        var nowhere = new SourceText(ProjectLayout.ProjectFile, "");
        var set = Expand(projectDirectory, patterns.Select(pattern => new Located<string>(pattern, nowhere, new Spot(1, 1))), maxFiles, cancellationToken);
        // The place in the project file is not known here.
        return set with { Problems = [.. set.Problems.Select(static problem => problem with { Position = null, Excerpt = null })] };
    }

    /// <summary>Expands a source's patterns; problems stand where the pattern does.</summary>
    public static SourceFileSet Expand(string projectDirectory, IEnumerable<Located<string>> patterns, int maxFiles, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        var root = Path.GetFullPath(projectDirectory);
        var files = new SortedDictionary<string, SourceFile>(StringComparer.Ordinal);
        var problems = ImmutableArray.CreateBuilder<Problem>();
        foreach (var pattern in patterns)
        {
            var walk = new Walk(root, MaxEntries, cancellationToken);
            if (SourceGlob.Parse(pattern.Value) is not { } globs)
            {
                problems.Add(pattern.Problem(ErrorCodes.SpecInvalid, $"the pattern '{pattern.Value}' has braces that do not match, or too many alternatives",
                    "Write alternatives as {a,b}, or list the patterns: files: [a.csv, b.csv]."));
                continue;
            }
            var found = globs.SelectMany(walk.Files).ToList();
            if (walk.Failure is { } failure) problems.Add(pattern.Problem(failure.Code, failure.Message, failure.Help));
            else if (found.Count == 0) problems.Add(pattern.Problem(ErrorCodes.SourceMissing, $"no file matches '{pattern.Value}'", Missing(root, globs)));
            foreach (var file in found) files.TryAdd(file.Name, file);
            if (files.Count > maxFiles)
            {
                problems.Add(pattern.Problem(ErrorCodes.SourceInvalid, $"more than {maxFiles} files match", "Narrow the pattern, or join small files."));
                break;
            }
        }
        return new SourceFileSet([.. files.Values], problems.DrainToImmutable());
    }

    /// <summary>Where it was looked, and what is there instead.</summary>
    private static string Missing(string root, ImmutableArray<SourceGlob> globs)
    {
        var folder = root;
        var shown = "";
        foreach (var segment in globs[0].Segments)
        {
            var next = Path.Combine(folder, segment);
            if (!SourceGlob.IsPattern(segment) && Directory.Exists(next))
            {
                (folder, shown) = (next, shown + segment + "/");
                continue;
            }
            var place = shown.Length == 0 ? "the project folder" : shown;
            var names = Names(folder);
            if (names.Count == 0) return $"Looked in {place}, which is empty.";
            var nearest = NearestName.Find(segment, names.Select(static name => name.TrimEnd('/')));
            if (nearest is not null && nearest != segment) return $"Did you mean '{shown}{nearest}'?";
            return $"Looked in {place}, where there is {string.Join(", ", names.Take(8))}{(names.Count > 8 ? " …" : "")}.";
        }
        return $"{shown.TrimEnd('/')} is a folder: write a pattern of files in it, for example {shown}*.";
    }

    private static List<string> Names(string folder)
    {
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().Take(1_000).Select(static entry => entry is DirectoryInfo ? entry.Name + "/" : entry.Name)
                .Where(static name => !name.StartsWith('.')).Order(StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>One search. Folders reached through links are not searched by <c>**</c>, so that a link to a parent cannot make it endless.</summary>
    private sealed class Walk(string root, int maxEntries, CancellationToken cancellationToken)
    {
        private int _entries;

        public Problem? Failure { get; private set; }

        public IEnumerable<SourceFile> Files(SourceGlob glob) => Step(root, "", glob.Segments, 0);

        private IEnumerable<SourceFile> Step(string folder, string name, ImmutableArray<string> segments, int index)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var segment = segments[index];
            var isLast = index == segments.Length - 1;
            if (segment == "**")
            {
                // At the end it stands for all files below.
                foreach (var file in isLast ? Matching(folder, name, "*") : Step(folder, name, segments, index + 1)) yield return file;
                foreach (var (path, below) in Folders(folder, name, "*", followLinks: false))
                    foreach (var file in Step(path, below, segments, index)) yield return file;
            }
            else if (isLast)
            {
                foreach (var file in Matching(folder, name, segment)) yield return file;
            }
            else if (SourceGlob.IsPattern(segment))
            {
                foreach (var (path, below) in Folders(folder, name, segment, followLinks: true))
                    foreach (var file in Step(path, below, segments, index + 1)) yield return file;
            }
            else
            {
                var next = Path.Combine(folder, segment);
                if (Directory.Exists(next))
                    foreach (var file in Step(Behind(next), name + segment + "/", segments, index + 1)) yield return file;
            }
        }

        private IEnumerable<SourceFile> Matching(string folder, string name, string segment)
        {
            if (!SourceGlob.IsPattern(segment))
            {
                var file = new FileInfo(Path.Combine(folder, segment));
                return IsFile(file) ? [Describe(file, name)] : [];
            }
            return Entries(folder).OfType<FileInfo>().Where(file => SourceGlob.Fits(segment, file.Name) && IsFile(file)).Select(file => Describe(file, name));
        }

        /// <summary>Files, and links that lead nowhere too: these must be reported as unreadable, not passed over.</summary>
        private static bool IsFile(FileInfo file) => file.Exists || file.LinkTarget is not null && !Directory.Exists(file.FullName);

        private static SourceFile Describe(FileInfo file, string folder)
        {
            var target = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return new SourceFile(file.FullName, folder + file.Name, target.Exists ? target.Length : 0, target.LastWriteTimeUtc);
        }

        private IEnumerable<(string Path, string Name)> Folders(string folder, string name, string segment, bool followLinks) =>
            Entries(folder).OfType<DirectoryInfo>()
                .Where(entry => SourceGlob.Fits(segment, entry.Name) && (followLinks || entry.LinkTarget is null))
                .Select(entry => (Behind(entry.FullName), name + entry.Name + "/"));

        /// <summary>Where a folder really is. An instance that is locked to files knows them by their real paths, whatever links lead to them.</summary>
        private static string Behind(string folder) => Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName ?? folder;

        private List<FileSystemInfo> Entries(string folder)
        {
            try
            {
                var entries = new DirectoryInfo(folder).EnumerateFileSystemInfos().Take(maxEntries - _entries + 1).OrderBy(static entry => entry.Name, StringComparer.Ordinal).ToList();
                _entries += entries.Count;
                if (_entries <= maxEntries) return entries;
                Failure = new Problem { Code = ErrorCodes.SourceInvalid, Message = $"the pattern looks at more than {maxEntries} files and folders", Help = "Start it with the folder that holds the files." };
            }
            catch (UnauthorizedAccessException)
            {
                Failure = new Problem { Code = ErrorCodes.SourceUnreadable, Message = $"the folder '{folder}' may not be read", Help = "Give the user that runs DataGrid the right to read it." };
            }
            catch (IOException error)
            {
                Failure = new Problem { Code = ErrorCodes.SourceUnreadable, Message = $"the folder '{folder}' cannot be read: {error.Message}", Help = "Check the disk or the mount." };
            }
            return [];
        }
    }
}
