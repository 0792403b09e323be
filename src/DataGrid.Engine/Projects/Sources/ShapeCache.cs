using System.Collections.Concurrent;
using System.Collections.Immutable;
using DataGrid.Contracts.Pipelines;

namespace DataGrid.Engine.Projects.Sources;

/// <summary>Remembers what files look like, for as long as their length and time stay the same. Shared by all compilations of a process.</summary>
internal sealed class ShapeCache
{
    private const int MaxEntries = 20_000;

    private readonly ConcurrentDictionary<string, FileShapeOutcome> _shapes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _verdicts = new(StringComparer.Ordinal);

    public bool TryGetShape(SourceFile file, SourceFormat format, ImmutableSortedDictionary<string, string> settings, out FileShapeOutcome outcome)
    {
        if (!_shapes.TryGetValue(Key(file, format, settings), out outcome!)) return false;
        // The same file may be known by another name to another project.
        if (outcome.Shape is { } shape && shape.File != file) outcome = outcome with { Shape = shape with { File = file } };
        return outcome.Problem is null;
    }

    public void Add(SourceFile file, SourceFormat format, ImmutableSortedDictionary<string, string> settings, FileShapeOutcome outcome)
    {
        // What failed may be mended without a trace in length and time; it is looked at again.
        if (outcome.Problem is not null) return;
        if (_shapes.Count >= MaxEntries) _shapes.Clear();
        _shapes[Key(file, format, settings)] = outcome;
    }

    /// <summary>Whether the file was read with this SQL before, without a problem.</summary>
    public bool WasVerified(SourceFile file, string select) => _verdicts.ContainsKey(Key(file) + select);

    public void AddVerified(SourceFile file, string select)
    {
        if (_verdicts.Count >= MaxEntries) _verdicts.Clear();
        _verdicts[Key(file) + select] = true;
    }

    private static string Key(SourceFile file) => $"{file.Path}\0{file.Bytes}\0{file.ModifiedAt.UtcTicks}\0";

    private static string Key(SourceFile file, SourceFormat format, ImmutableSortedDictionary<string, string> settings) =>
        $"{Key(file)}{format}\0{string.Join('\0', settings.Select(static pair => pair.Key + "=" + pair.Value))}";
}
