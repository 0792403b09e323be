using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DataGrid.Contracts.Datasets;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Output;

namespace DataGrid.Engine.Queries;

/// <summary>Encodes a chunk into a buffer and sends it on, so that a slow reader holds the query back instead of filling the memory.</summary>
internal abstract class RowEncoder(Stream output) : IRowSink
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 16);

    public static RowEncoder For(QueryFormat format, Stream output) => format switch
    {
        QueryFormat.Csv => new CsvEncoder(output),
        QueryFormat.Ndjson => new JsonEncoder(output, asArray: false),
        QueryFormat.Json => new JsonEncoder(output, asArray: true),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a row format."),
    };

    public async Task BeginAsync(IReadOnlyList<DuckDbColumn> columns, CancellationToken cancellation)
    {
        Begin(columns, _buffer);
        await SendAsync(cancellation).ConfigureAwait(false);
    }

    public async Task WriteAsync(DuckDbChunk chunk, int rows, CancellationToken cancellation)
    {
        Encode(chunk, rows, _buffer);
        await SendAsync(cancellation).ConfigureAwait(false);
    }

    public async Task EndAsync(CancellationToken cancellation)
    {
        End(_buffer);
        await SendAsync(cancellation).ConfigureAwait(false);
        await output.FlushAsync(cancellation).ConfigureAwait(false);
    }

    protected abstract void Begin(IReadOnlyList<DuckDbColumn> columns, ArrayBufferWriter<byte> buffer);

    protected abstract void Encode(DuckDbChunk chunk, int rows, ArrayBufferWriter<byte> buffer);

    protected abstract void End(ArrayBufferWriter<byte> buffer);

    private async Task SendAsync(CancellationToken cancellation)
    {
        await output.WriteAsync(_buffer.WrittenMemory, cancellation).ConfigureAwait(false);
        _buffer.ResetWrittenCount();
    }
}

/// <summary>RFC 4180 with a header; lines end with LF as everything on Unix expects. NULL is nothing, the empty text is <c>""</c>.</summary>
internal sealed class CsvEncoder(Stream output) : RowEncoder(output)
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    protected override void Begin(IReadOnlyList<DuckDbColumn> columns, ArrayBufferWriter<byte> buffer) => Line(columns.Select(c => (string?)c.Name), buffer);

    protected override void Encode(DuckDbChunk chunk, int rows, ArrayBufferWriter<byte> buffer)
    {
        for (var row = 0; row < rows; row++)
            Line(Enumerable.Range(0, chunk.ColumnCount).Select(c => ValueText.Of(chunk[c].GetValue(row))), buffer);
    }

    protected override void End(ArrayBufferWriter<byte> buffer)
    {
    }

    private static void Line(IEnumerable<string?> values, ArrayBufferWriter<byte> buffer)
    {
        var isFirst = true;
        foreach (var value in values)
        {
            if (!isFirst)
                buffer.Write(","u8);
            isFirst = false;
            if (value is null)
                continue;
            var mustQuote = value.Length == 0 || value.AsSpan().IndexOfAny(Special) >= 0;
            Encoding.UTF8.GetBytes(mustQuote ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value, buffer);
        }
        buffer.Write("\n"u8);
    }
}

/// <summary>One object a line, or one array of objects; values as <see cref="RowJson"/> has them.</summary>
internal sealed class JsonEncoder(Stream output, bool asArray) : RowEncoder(output)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private IReadOnlyList<string> _names = [];
    private bool _any;

    protected override void Begin(IReadOnlyList<DuckDbColumn> columns, ArrayBufferWriter<byte> buffer)
    {
        _names = RowJson.UniqueNames([.. columns.Select(c => c.Name)]);
        if (asArray)
            buffer.Write("["u8);
    }

    protected override void Encode(DuckDbChunk chunk, int rows, ArrayBufferWriter<byte> buffer)
    {
        using var writer = new Utf8JsonWriter(buffer, Options);
        var values = new object?[chunk.ColumnCount];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < values.Length; column++)
                values[column] = chunk[column].GetValue(row);
            if (asArray)
                buffer.Write(_any ? ",\n"u8 : "\n"u8);
            _any = true;
            RowJson.WriteObject(writer, _names, values);
            writer.Flush();
            writer.Reset();
            if (!asArray)
                buffer.Write("\n"u8);
        }
    }

    protected override void End(ArrayBufferWriter<byte> buffer)
    {
        if (asArray)
            buffer.Write(_any ? "\n]\n"u8 : "]\n"u8);
    }
}
