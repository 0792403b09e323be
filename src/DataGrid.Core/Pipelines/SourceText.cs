using DataGrid.Contracts.Errors;

namespace DataGrid.Core.Pipelines;

/// <summary>A place in a text: line and column, both from 1, columns in UTF-16 units.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
public readonly record struct Spot(int Line, int Column);

/// <summary>A file of the project with its text: turns offsets into places and places into problems with an excerpt.</summary>
public sealed class SourceText
{
    private const int MaxExcerptLength = 200;
    private readonly int[] _lineStarts;

    /// <summary>Wraps a file's text.</summary>
    /// <param name="file">The path relative to the project folder, <c>/</c> between folders.</param>
    /// <param name="text">The whole text, without a byte order mark.</param>
    public SourceText(string file, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        File = file;
        Text = text;
        var starts = new List<int> { 0 };
        for (var i = text.IndexOf('\n', StringComparison.Ordinal); i >= 0; i = text.IndexOf('\n', i + 1)) starts.Add(i + 1);
        _lineStarts = [.. starts];
    }

    /// <summary>The path relative to the project folder.</summary>
    public string File { get; }

    /// <summary>The whole text.</summary>
    public string Text { get; }

    /// <summary>The place of an offset in UTF-16 units, from 0; offsets outside the text are moved to its nearest end.</summary>
    public Spot SpotAt(int offset)
    {
        offset = Math.Clamp(offset, 0, Text.Length);
        var line = Array.BinarySearch(_lineStarts, offset);
        if (line < 0) line = ~line - 1;
        return new Spot(line + 1, offset - _lineStarts[line] + 1);
    }

    /// <summary>The offset of a place; places outside the text are moved to its nearest end.</summary>
    public int OffsetOf(Spot spot)
    {
        if (spot.Line < 1) return 0;
        if (spot.Line > _lineStarts.Length) return Text.Length;
        var end = spot.Line < _lineStarts.Length ? _lineStarts[spot.Line] - 1 : Text.Length;
        return Math.Clamp(_lineStarts[spot.Line - 1] + spot.Column - 1, 0, end);
    }

    /// <summary>The place as errors carry it.</summary>
    public SourcePosition Position(Spot spot) => new() { File = File, Line = spot.Line, Column = spot.Column };

    /// <summary>The line as it is shown under an error; null where the place lies beyond what is shown of a long line.</summary>
    public string? Excerpt(Spot spot)
    {
        if (spot.Line < 1 || spot.Line > _lineStarts.Length || spot.Column > MaxExcerptLength) return null;
        var start = _lineStarts[spot.Line - 1];
        var end = spot.Line < _lineStarts.Length ? _lineStarts[spot.Line] - 1 : Text.Length;
        var line = Text.AsSpan(start, end - start).TrimEnd();
        if (line.IsEmpty) return null;
        return line.Length <= MaxExcerptLength ? line.ToString() : string.Concat(line[..MaxExcerptLength], "…");
    }

    /// <summary>A problem at a place of this file, with its excerpt.</summary>
    public Problem Problem(string code, Spot spot, string message, string? help = null, string? dataset = null, bool isWarning = false) => new()
    {
        Code = code,
        Message = message,
        Position = Position(spot),
        Excerpt = Excerpt(spot),
        Help = help,
        Dataset = dataset,
        IsWarning = isWarning,
    };

    /// <inheritdoc/>
    public override string ToString() => File;
}

/// <summary>A value of the project and where it stands.</summary>
/// <typeparam name="T">What it is.</typeparam>
/// <param name="Value">The value.</param>
/// <param name="Source">The file.</param>
/// <param name="Spot">The place in it.</param>
public readonly record struct Located<T>(T Value, SourceText Source, Spot Spot)
{
    /// <summary>The place as errors carry it.</summary>
    public SourcePosition Position => Source.Position(Spot);

    /// <summary>Another value at the same place.</summary>
    public Located<TOther> With<TOther>(TOther value) => new(value, Source, Spot);

    /// <summary>A problem at this place.</summary>
    public Problem Problem(string code, string message, string? help = null, string? dataset = null, bool isWarning = false) =>
        Source.Problem(code, Spot, message, help, dataset, isWarning);
}
