using System.Collections.Immutable;

namespace DataGrid.Core.Pipelines.Yaml;

/// <summary>A node of a YAML document with its place. Aliases are resolved: the same node may stand in several places.</summary>
internal abstract record YamlNode(Spot Spot)
{
    /// <summary>Nodes in this subtree, aliases counted as what they stand for.</summary>
    public abstract int Count { get; }

    /// <summary>Levels in this subtree: 1 for a scalar.</summary>
    public abstract int Height { get; }

    /// <summary>What it is, for messages.</summary>
    public abstract string What { get; }
}

/// <summary>A scalar. <paramref name="IsPlain"/>: written without quotes and not as a block, so that it may be a number, true, false or null.</summary>
internal sealed record YamlScalar(Spot Spot, string Value, bool IsPlain) : YamlNode(Spot)
{
    public override int Count => 1;
    public override int Height => 1;
    public override string What => IsNull ? "nothing" : IsPlain && Value is "true" or "false" ? Value : $"'{(Value.Length > 40 ? Value[..40] + "…" : Value)}'";

    /// <summary>Written as an empty value, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => IsPlain && Value is "" or "~" or "null" or "Null" or "NULL";
}

/// <summary>A list.</summary>
internal sealed record YamlSequence(Spot Spot, ImmutableArray<YamlNode> Items) : YamlNode(Spot)
{
    public override int Count { get; } = 1 + Items.Sum(static item => item.Count);
    public override int Height { get; } = 1 + Items.Select(static item => item.Height).DefaultIfEmpty().Max();
    public override string What => "a list";
}

/// <summary>A mapping; keys may repeat, which the reader of it reports.</summary>
internal sealed record YamlMapping(Spot Spot, ImmutableArray<YamlEntry> Entries) : YamlNode(Spot)
{
    public override int Count { get; } = 1 + Entries.Sum(static entry => 1 + entry.Value.Count);
    public override int Height { get; } = 1 + Entries.Select(static entry => entry.Value.Height).DefaultIfEmpty().Max();
    public override string What => "a mapping of keys to values";
}

/// <summary>One key of a mapping and its value.</summary>
internal sealed record YamlEntry(YamlScalar Key, YamlNode Value);
