using System.Text;

namespace DataGrid.Silo.Owner;

/// <summary>The lines of a stream, each of at most <see cref="OwnerAddress.MaxLineBytes"/>.</summary>
internal sealed class OwnerLines(Stream stream)
{
    private readonly byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>The next line without its end; null at the end of the stream, or when the line is too long.</summary>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        var line = new MemoryStream();
        while (line.Length < OwnerAddress.MaxLineBytes)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, await stream.ReadAsync(_buffer, cancellationToken));
                if (_end == 0) return null;
            }
            var end = Array.IndexOf(_buffer, (byte)'\n', _start, _end - _start);
            line.Write(_buffer, _start, (end < 0 ? _end : end) - _start);
            _start = end < 0 ? _end : end + 1;
            if (end >= 0) return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length);
        }
        return null;
    }
}
