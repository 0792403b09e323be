using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace DataGrid.Metadata.State;

/// <summary>
/// What a stored value has and its type does not: members that a newer version wrote. They are kept beside the value and written back with
/// it, so that an older version in between loses nothing. Members inside of list items are not kept: items have no identity to find them by.
/// </summary>
internal sealed class UnknownMembers
{
    private readonly Dictionary<string, JsonNode?> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UnknownMembers> _inside = new(StringComparer.Ordinal);

    private bool IsEmpty => _members.Count == 0 && _inside.Count == 0;

    /// <summary>The unknown members of <paramref name="json"/>, or null when there are none.</summary>
    public static UnknownMembers? Find(JsonElement json, JsonTypeInfo type)
    {
        if (json.ValueKind != JsonValueKind.Object || type.PolymorphismOptions is not null)
            return null;
        var found = new UnknownMembers();
        if (type.Kind == JsonTypeInfoKind.Object && !type.Properties.Any(p => p.IsExtensionData))
            found.FromObject(json, type);
        else if (type.Kind == JsonTypeInfoKind.Dictionary && type.ElementType is { } element)
            found.FromDictionary(json, type.Options.GetTypeInfo(element));
        return found.IsEmpty ? null : found;
    }

    /// <summary>Writes the members back into <paramref name="target"/>, where their place still exists.</summary>
    public void MergeInto(JsonObject target)
    {
        foreach (var (name, value) in _members)
        {
            if (!target.ContainsKey(name))
                target[name] = value?.DeepClone();
        }

        foreach (var (name, inside) in _inside)
        {
            if (target[name] is JsonObject place)
                inside.MergeInto(place);
        }
    }

    private void FromObject(JsonElement json, JsonTypeInfo type)
    {
        foreach (var member in json.EnumerateObject())
        {
            var known = type.Properties.FirstOrDefault(p => p.Name == member.Name);
            if (known is null)
                _members[member.Name] = JsonNode.Parse(member.Value.GetRawText());
            else if (known.CustomConverter is null && Find(member.Value, type.Options.GetTypeInfo(known.PropertyType)) is { } inside)
                _inside[member.Name] = inside;
        }
    }

    private void FromDictionary(JsonElement json, JsonTypeInfo element)
    {
        foreach (var member in json.EnumerateObject())
        {
            if (Find(member.Value, element) is { } inside)
                _inside[member.Name] = inside;
        }
    }
}
