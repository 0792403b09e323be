namespace DataGrid.Engine.Projects.Sources;

/// <summary>
/// Finds the line of a JSON file on which a value begins. The engine counts values: blank lines do not count for it, nor do lines within an array, but an
/// editor counts every line. Bytes are looked at, not letters: the marks of JSON are one byte each in UTF-8 and part of no other letter.
/// </summary>
internal static class JsonLines
{
    private const int BufferBytes = 1 << 16;

    /// <summary>The line, from 1, on which a value begins; <paramref name="number"/> itself where the file cannot be read or has fewer values.</summary>
    /// <param name="path">The file: values one a line, or one array of them.</param>
    /// <param name="number">Which value, from 1.</param>
    public static int LineOf(string path, int number)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferBytes, FileOptions.SequentialScan);
            return Find(file, number) ?? number;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return number;
        }
    }

    private static int? Find(FileStream file, int number)
    {
        var (line, values) = (1, 0);
        var (isArray, isWithin, isFirst) = (false, false, true);
        var (depth, isText, isEscaped) = (0, false, false);
        for (var next = file.ReadByte(); next >= 0; next = file.ReadByte())
        {
            if (next == '\n')
            {
                line++;
                // A line ends a value, however broken it is; in an array only a comma does.
                if (!isArray) isWithin = false;
                isText &= isArray;
            }
            if (next is ' ' or '\t' or '\r' or '\n') continue;
            if (isFirst && next == '[')
            {
                (isArray, isFirst) = (true, false);
                continue;
            }
            isFirst = false;
            if (isArray && !isText && depth == 0 && next is (byte)',' or (byte)']')
            {
                isWithin = false;
                continue;
            }
            if (!isWithin && ++values == number) return line;
            isWithin = true;
            if (!isArray) continue;
            if (isText)
            {
                isText = isEscaped || next != '"';
                isEscaped = !isEscaped && next == '\\';
                continue;
            }
            isText = next == '"';
            if (next is '{' or '[') depth++;
            if (next is '}' or ']') depth--;
        }
        return null;
    }
}
