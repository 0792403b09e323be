using DataGrid.Runtime;

namespace Orleans.Runtime;

/// <summary>A reference to a grain: a small value that can be kept, sent and compared.</summary>
public class GrainReference : IAddressable, IEquatable<GrainReference>
{
    internal GrainReference(Silo silo, GrainInterface grainInterface, GrainId grainId)
    {
        Silo = silo;
        Interface = grainInterface;
        GrainId = grainId;
    }

    /// <summary>Whom calls go to.</summary>
    public GrainId GrainId { get; }

    /// <summary>The interface that it is called through.</summary>
    public GrainInterfaceType InterfaceType => Interface.InterfaceType;

    /// <summary>The interface's name.</summary>
    public virtual string InterfaceName => Interface.Name;

    internal Silo Silo { get; }

    internal GrainInterface Interface { get; }

    /// <summary>A hash that is the same in every process.</summary>
    public uint GetUniformHashCode() => GrainId.GetUniformHashCode();

    /// <inheritdoc/>
    public bool Equals(GrainReference? other) => other is not null && GrainId.Equals(other.GrainId);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    /// <inheritdoc/>
    public override int GetHashCode() => GrainId.GetHashCode();

    /// <inheritdoc/>
    public sealed override string ToString() => $"GrainReference:{GrainId}:{InterfaceType}";

    /// <summary>Compares the grains referred to.</summary>
    public static bool operator ==(GrainReference? reference1, GrainReference? reference2) =>
        reference1 is null ? reference2 is null : reference1.Equals(reference2);

    /// <summary>Compares the grains referred to.</summary>
    public static bool operator !=(GrainReference? reference1, GrainReference? reference2) => !(reference1 == reference2);
}
