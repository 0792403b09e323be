using System.Text;
using DataGrid.Contracts.Errors;

namespace DataGrid.Core.Sql;

/// <summary>A place in a text: line and column from 1, the column in UTF-16 units.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
public readonly record struct SqlPosition(int Line, int Column);

/// <summary>A SQL text and where it stands in a file of the user's, so that the engine's offsets become places that an editor can open.</summary>
/// <remarks>The engine counts UTF-8 bytes in trees, binder and catalog errors, and code points in syntax errors.</remarks>
public sealed class SqlSource
{
    private const int MaxExcerpt = 200;
    private readonly int[] _lineStarts;
    private readonly bool _isAscii;
    private int[]? _byteStarts;

    /// <summary>What stands for the file's name in positions of a text that is in no file, as an ad-hoc query is.</summary>
    public const string NoFile = "query";

    /// <summary>A text that is in no file.</summary>
    public SqlSource(string text) : this(text, NoFile) { }

    /// <summary>A text that begins at a place of a file; a whole model file begins at 1, 1.</summary>
    /// <param name="text">The SQL.</param>
    /// <param name="file">The file, relative to the project.</param>
    /// <param name="line">The line of the text's first character.</param>
    /// <param name="column">The column of the text's first character.</param>
    public SqlSource(string text, string file, int line = 1, int column = 1)
    {
        (Text, File, Line, Column) = (text, file, line, column);
        var starts = new List<int> { 0 };
        for (var i = 0; i < text.Length; i++)
            if (text[i] == '\n') starts.Add(i + 1);
        _lineStarts = [.. starts];
        _isAscii = System.Text.Ascii.IsValid(text);
    }

    /// <summary>The SQL.</summary>
    public string Text { get; }

    /// <summary>The file, or <see cref="NoFile"/>.</summary>
    public string File { get; }

    /// <summary>The line in the file where the text begins.</summary>
    public int Line { get; }

    /// <summary>The column in the file where the text begins.</summary>
    public int Column { get; }

    /// <summary>The UTF-16 index of a UTF-8 byte offset. An offset inside a character gives that character's start; past the end, the end.</summary>
    public int IndexOfByte(long offset)
    {
        if (_isAscii) return (int)Math.Clamp(offset, 0, Text.Length);
        _byteStarts ??= ByteStarts(Text);
        var found = Array.BinarySearch(_byteStarts, (int)Math.Clamp(offset, 0, int.MaxValue));
        // Both halves of a surrogate pair have the same start; the first one is meant.
        if (found < 0) found = ~found - 1;
        while (found > 0 && _byteStarts[found - 1] == _byteStarts[found]) found--;
        return Math.Clamp(found, 0, Text.Length);
    }

    /// <summary>The UTF-16 index of a code point offset; past the end, the end.</summary>
    public int IndexOfCodePoint(long offset)
    {
        if (_isAscii) return (int)Math.Clamp(offset, 0, Text.Length);
        var index = 0;
        for (long seen = 0; index < Text.Length && seen < offset; seen++)
            index += char.IsHighSurrogate(Text[index]) && index + 1 < Text.Length && char.IsLowSurrogate(Text[index + 1]) ? 2 : 1;
        return index;
    }

    /// <summary>Line and column, counted in the text itself, of a UTF-16 index.</summary>
    public SqlPosition PositionOf(int index)
    {
        index = Math.Clamp(index, 0, Text.Length);
        var found = Array.BinarySearch(_lineStarts, index);
        var line = found >= 0 ? found : ~found - 1;
        return new SqlPosition(line + 1, index - _lineStarts[line] + 1);
    }

    /// <summary>The place in the user's file; without an index, the line where the text begins.</summary>
    public SourcePosition InFile(int? index)
    {
        if (index is null) return new SourcePosition { File = File, Line = Line };
        var position = PositionOf(index.Value);
        return new SourcePosition
        {
            File = File,
            Line = Line + position.Line - 1,
            Column = position.Line == 1 ? Column + position.Column - 1 : position.Column,
        };
    }

    /// <summary>The line that holds an index, without its end, cut to a length that a terminal can show.</summary>
    public string Excerpt(int index)
    {
        var line = PositionOf(index).Line - 1;
        var end = line + 1 < _lineStarts.Length ? _lineStarts[line + 1] - 1 : Text.Length;
        var text = Text[_lineStarts[line]..end].TrimEnd('\r');
        return text.Length <= MaxExcerpt ? text : text[..MaxExcerpt];
    }

    /// <summary>A problem at an index of this text; without an index, at the text's beginning and without an excerpt.</summary>
    public Problem Problem(string code, string message, int? index, string? help) => new()
    {
        Code = code,
        Message = message,
        Position = InFile(index),
        Excerpt = index is null ? null : Excerpt(index.Value),
        Help = help,
    };

    /// <summary>For every UTF-16 index the UTF-8 offset at which its character starts; the text's length in bytes at the end.</summary>
    private static int[] ByteStarts(string text)
    {
        var starts = new int[text.Length + 1];
        var bytes = 0;
        for (var index = 0; index < text.Length;)
        {
            // A lone surrogate becomes U+FFFD, three bytes, on its way to the engine.
            var isWhole = Rune.DecodeFromUtf16(text.AsSpan(index), out var rune, out var used) == System.Buffers.OperationStatus.Done;
            for (var unit = 0; unit < used; unit++) starts[index + unit] = bytes;
            bytes += isWhole ? rune.Utf8SequenceLength : 3;
            index += used;
        }
        starts[text.Length] = bytes;
        return starts;
    }
}
