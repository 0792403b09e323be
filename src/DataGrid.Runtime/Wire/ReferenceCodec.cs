using Orleans.Runtime;

namespace DataGrid.Runtime.Wire;

/// <summary>A reference to a grain: type, key, interface.</summary>
internal sealed class ReferenceCodec(Silo silo, TypeNames names) : Codec
{
    public override WireKind Kind => WireKind.Bytes;

    public override void Write(WireWriter writer, object value)
    {
        if (value is not GrainReference reference)
            throw new NotSupportedException($"{value.GetType()} is a grain's instance: send this.AsReference<…>() instead of this.");
        var begin = writer.BeginNested();
        writer.TextField(0, reference.GrainId.Type.ToString());
        writer.TextField(1, reference.GrainId.Key.ToString());
        writer.TextField(2, reference.InterfaceType.ToString());
        writer.EndFields();
        writer.EndNested(begin);
    }

    public override object? Read(ref WireReader reader)
    {
        var nested = reader.Nested();
        string? type = null, key = null, name = null;
        while (nested.Field(out var number, out var kind))
        {
            if (number == 0)
                type = nested.Text();
            else if (number == 1)
                key = nested.Text();
            else if (number == 2)
                name = nested.Text();
            else
                nested.Skip(kind);
        }

        return type is null || key is null || name is null
            ? throw new WireException("A reference to a grain lacks its type, key or interface.")
            : silo.GetReference(names.FindInterface(name), GrainId.Create(GrainType.Create(type), IdSpan.Create(key)));
    }
}
