using DataGrid.Runtime.Wire;
using Orleans.Runtime;

namespace DataGrid.Runtime.Transport;

/// <summary>The fields of a request before its arguments.</summary>
internal sealed record RequestHeader
{
    public required GrainId Target { get; init; }

    public required string Interface { get; init; }

    public required string Method { get; init; }

    public bool OneWay { get; init; }

    /// <summary>How long its caller still waits; null for one-way calls.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>How often it was passed on by a silo that was not the right one.</summary>
    public int Hops { get; init; }

    /// <summary>The version of its sender's view.</summary>
    public long View { get; init; }

    public GrainId? Source { get; init; }

    public Dictionary<string, object>? Context { get; init; }

    public static void Write(WireWriter writer, CodecCatalog codecs, RequestHeader header)
    {
        writer.TextField(0, header.Target.Type.ToString());
        writer.TextField(1, header.Target.Key.ToString());
        writer.TextField(2, header.Interface);
        writer.TextField(3, header.Method);
        if (header.OneWay)
            writer.NumberField(4, 1);
        if (header.Remaining is { } remaining)
            writer.NumberField(5, Math.Max(1, (long)remaining.TotalMilliseconds));
        if (header.Hops > 0)
            writer.NumberField(6, header.Hops);
        writer.NumberField(7, header.View);
        if (header.Source is { } source)
            writer.TextField(8, source.ToString());
        if (header.Context is { Count: > 0 } context)
            codecs.For(typeof(Dictionary<string, object>)).WriteField(writer, 9, context);
        writer.EndFields();
    }

    public static RequestHeader Read(ref WireReader reader, CodecCatalog codecs)
    {
        string? type = null, key = null, face = null, method = null, source = null;
        var (oneWay, remaining, hops, view) = (false, 0L, 0, 0L);
        Dictionary<string, object>? context = null;
        while (reader.Field(out var number, out var kind))
        {
            switch (number)
            {
                case 0: type = reader.Text(); break;
                case 1: key = reader.Text(); break;
                case 2: face = reader.Text(); break;
                case 3: method = reader.Text(); break;
                case 4: oneWay = reader.Number() != 0; break;
                case 5: remaining = reader.Number(); break;
                case 6: hops = (int)reader.Number(); break;
                case 7: view = reader.Number(); break;
                case 8: source = reader.Text(); break;
                case 9: context = (Dictionary<string, object>?)codecs.For(typeof(Dictionary<string, object>)).ReadPayload(ref reader, kind); break;
                default: reader.Skip(kind); break;
            }
        }

        if (type is null || key is null || face is null || method is null)
            throw new WireException("A call lacks its grain, interface or method.");
        return new RequestHeader
        {
            Target = GrainId.Create(GrainType.Create(type), IdSpan.Create(key)),
            Interface = face,
            Method = method,
            OneWay = oneWay,
            Remaining = remaining > 0 ? TimeSpan.FromMilliseconds(remaining) : null,
            Hops = hops,
            View = view,
            Source = GrainId.TryParse(source, out var id) ? id : null,
            Context = context,
        };
    }
}

/// <summary>How a call ended. The numbers are on the wire.</summary>
internal enum ResponseStatus
{
    /// <summary>With a result, which is field 1; null when it is missing.</summary>
    Done = 0,

    /// <summary>With an error, field 2.</summary>
    Failed = 1,

    /// <summary>It did not run: the grain belongs to the silo of field 3, by the view of version field 4.</summary>
    Elsewhere = 2,
}
