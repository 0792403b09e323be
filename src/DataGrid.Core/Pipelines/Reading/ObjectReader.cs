using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Pipelines.Keys;
using DataGrid.Core.Pipelines.Yaml;

namespace DataGrid.Core.Pipelines.Reading;

/// <summary>Reads one YAML mapping by its row of the key table. Unknown, repeated and missing keys are reported by itself, values of the wrong kind by the
/// method that asks for them. A key of the table that the parser never asks for is a broken invariant: <see cref="Done"/> throws.</summary>
internal sealed class ObjectReader
{
    private readonly ReadContext _context;
    private readonly ShapeSpec _shape;
    private readonly Dictionary<string, YamlEntry> _entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public ObjectReader(ReadContext context, YamlMapping node, ShapeSpec shape)
    {
        (_context, _shape, Spot) = (context, shape, node.Spot);
        var meant = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in node.Entries)
        {
            var name = entry.Key.Value;
            if (shape.Keys.All(key => key.Name != name)) meant.Add(Unknown(entry.Key) ?? "");
            else if (!_entries.TryAdd(name, entry))
                context.Error(entry.Key.Spot, $"'{name}' is given twice (first in line {_entries[name].Key.Spot.Line})", "Keep one of them.");
        }
        foreach (var key in shape.Keys)
            if (key.IsRequired && !_entries.ContainsKey(key.Name) && !meant.Contains(key.Name)) context.Error(Spot, $"{shape.What} needs '{key.Name}'", $"{key.Name}: {key.Description}");
    }

    /// <summary>Where the mapping stands.</summary>
    public Spot Spot { get; }

    /// <summary>The keys that are given.</summary>
    public IEnumerable<YamlEntry> Given => _entries.Values;

    /// <summary>Where a key stands; where the mapping does when it is not given.</summary>
    public Spot KeySpot(string key) => _entries.TryGetValue(key, out var entry) ? entry.Key.Spot : Spot;

    public bool Has(string key) => _entries.ContainsKey(key);

    public Located<string>? Text(string key) => Value(key, KeyKind.Text) is { } node && ScalarOf(key, node) is { } scalar ? _context.At(scalar, scalar.Value) : null;

    /// <summary>The scalar itself, where quoting matters.</summary>
    public YamlScalar? Scalar(string key) => Value(key, KeyKind.Scalar, KeyKind.Text) is { } node ? ScalarOf(key, node) : null;

    public long? Integer(string key)
    {
        if (Value(key, KeyKind.Integer) is not { } node || ScalarOf(key, node) is not { } scalar) return null;
        var spec = _shape[key];
        var (min, max) = (spec.Min ?? long.MinValue, spec.Max ?? long.MaxValue);
        if (scalar.IsPlain && long.TryParse(scalar.Value.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= min && number <= max) return number;
        var range = (spec.Min, spec.Max) switch
        {
            ({ } least, { } largest) => $" from {least} to {largest}",
            ({ } least, null) => $", {least} or more",
            _ => "",
        };
        _context.Error(node.Spot, $"'{key}' is {scalar.What}; it must be a whole number{range}", $"Write a number without quotes, for example {key}: {spec.Default ?? "1"}.");
        return null;
    }

    public bool? Flag(string key)
    {
        if (Value(key, KeyKind.Flag) is not { } node || ScalarOf(key, node) is not { } scalar) return null;
        if (scalar is { IsPlain: true, Value: "true" or "false" }) return scalar.Value == "true";
        _context.Error(node.Spot, $"'{key}' is {scalar.What}; it must be true or false", $"Write {key}: true or {key}: false, without quotes.");
        return null;
    }

    public TimeSpan? Duration(string key)
    {
        if (Value(key, KeyKind.Duration) is not { } node || ScalarOf(key, node) is not { } scalar) return null;
        if (Durations.TryParse(scalar.Value, out var duration)) return duration;
        _context.Error(node.Spot, $"'{key}' is {scalar.What}, which is not a time span", "Write whole numbers with units, the larger first: 500ms, 2s, 30m, 1h30m, 1d.");
        return null;
    }

    /// <summary>A choice as the enum's value of the same name (without underscores and case).</summary>
    public Located<TEnum>? Choice<TEnum>(string key) where TEnum : struct, Enum =>
        Choice(key) is { } text ? text.With(Enum.Parse<TEnum>(text.Value.Replace("_", "", StringComparison.Ordinal), ignoreCase: true)) : null;

    public Located<string>? Choice(string key)
    {
        if (Value(key, KeyKind.Choice) is not { } node || ScalarOf(key, node) is not { } scalar) return null;
        var spec = _shape[key];
        if (spec.Choices.Contains(scalar.Value)) return _context.At(scalar, scalar.Value);
        var nearest = NearestName.Find(scalar.Value, spec.Choices);
        _context.Error(node.Spot, $"'{key}' is {scalar.What}; it must be one of {string.Join(", ", spec.Choices)}",
            nearest is null ? spec.ChoicesMean ?? $"{spec.Description}" : $"Did you mean '{nearest}'?");
        return null;
    }

    /// <summary>One text or a list of them; default when the key is not given, an empty array never.</summary>
    public ImmutableArray<Located<string>> Texts(string key)
    {
        if (Value(key, KeyKind.Texts) is not { } node) return [];
        if (node is YamlScalar single) return ScalarOf(key, single) is { } text ? [_context.At(text, text.Value)] : [];
        return [.. Items(key, node).OfType<YamlNode>().Select(item => ScalarOf(key, item)).OfType<YamlScalar>().Select(item => _context.At(item, item.Value))];
    }

    /// <summary>A list of scalars.</summary>
    public ImmutableArray<YamlScalar> Scalars(string key)
    {
        if (Value(key, KeyKind.Scalars) is not { } node) return [];
        return [.. Items(key, node).Select(item => ScalarOf(key, item)).OfType<YamlScalar>()];
    }

    public ObjectReader? Object(string key)
    {
        if (Value(key, KeyKind.Object) is not { } node) return null;
        if (node is YamlMapping mapping) return new ObjectReader(_context, mapping, _shape[key].Shape!);
        _context.Error(node.Spot, $"'{key}' is {node.What}; it must be a mapping of keys to values", Keys(_shape[key].Shape!));
        return null;
    }

    /// <summary>A list of objects, for <c>expect</c>.</summary>
    public IEnumerable<ObjectReader> Objects(string key)
    {
        if (Value(key, KeyKind.Objects) is not { } node) yield break;
        foreach (var item in Items(key, node))
        {
            if (item is YamlMapping mapping) yield return new ObjectReader(_context, mapping, _shape[key].Shape!);
            else _context.Error(item.Spot, $"an item of '{key}' is {item.What}; it must be {_shape[key].Shape!.What}", Keys(_shape[key].Shape!));
        }
    }

    /// <summary>Names and objects of a map; a text in place of an object stands for the first key of its shape.</summary>
    public IEnumerable<(Located<string> Name, ObjectReader Value)> Map(string key)
    {
        if (Value(key, KeyKind.Map, KeyKind.MapOrText) is not { } node) yield break;
        var spec = _shape[key];
        if (node is not YamlMapping map)
        {
            _context.Error(node.Spot, $"'{key}' is {node.What}; it must be a mapping of names to values", $"{key}: {spec.Description}");
            yield break;
        }
        // Names are SQL identifiers, which are compared without case.
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in map.Entries)
        {
            if (!seen.TryAdd(entry.Key.Value, entry.Key.Spot.Line))
            {
                _context.Error(entry.Key.Spot, $"'{entry.Key.Value}' is given twice in '{key}' (first in line {seen[entry.Key.Value]})", "Keep one of them.");
                continue;
            }
            var value = entry.Value;
            if (spec.Kind == KeyKind.MapOrText && value is YamlScalar { IsNull: false } text)
                value = new YamlMapping(text.Spot, [new YamlEntry(new YamlScalar(text.Spot, spec.Shape!.Keys[0].Name, true), text)]);
            if (value is YamlMapping mapping) yield return (_context.At(entry.Key, entry.Key.Value), new ObjectReader(_context, mapping, spec.Shape!));
            else _context.Error(entry.Key.Spot, $"'{entry.Key.Value}' is {value.What}; it must be {spec.Shape!.What}", Keys(spec.Shape!));
        }
    }

    /// <summary>Every key of the table was asked for, or the parser and the table disagree.</summary>
    public void Done()
    {
        if (_shape.Keys.FirstOrDefault(key => !_asked.Contains(key.Name)) is { } forgotten)
            throw new InvalidOperationException($"the parser of {_shape.What} never asked for '{forgotten.Name}'");
    }

    private YamlNode? Value(string key, params ReadOnlySpan<KeyKind> kinds)
    {
        var spec = _shape[key];
        if (!kinds.Contains(spec.Kind)) throw new InvalidOperationException($"'{key}' of {_shape.What} is {spec.Kind} in the key table");
        _asked.Add(key);
        if (!_entries.TryGetValue(key, out var entry)) return null;
        if (entry.Value is not YamlScalar { IsNull: true }) return entry.Value;
        _context.Error(entry.Key.Spot, $"'{key}' has no value", $"Give it one, or remove the line. {key}: {spec.Description}");
        return null;
    }

    private ImmutableArray<YamlNode> Items(string key, YamlNode node)
    {
        if (node is YamlSequence { Items.Length: > 0 } list) return list.Items;
        _context.Error(node.Spot, node is YamlSequence ? $"'{key}' is an empty list" : $"'{key}' is {node.What}; it must be a list",
            node is YamlSequence ? "Give it an item, or remove the line."
            : _shape[key].Kind == KeyKind.Objects ? "Write one item per line, each after '- '."
            : $"Write {key}: [a, b], or one item per line, each after '- '.");
        return [];
    }

    private YamlScalar? ScalarOf(string key, YamlNode node)
    {
        if (node is YamlScalar { IsNull: false } scalar) return scalar;
        _context.Error(node.Spot, $"'{key}' holds {node.What} where one value is expected", _shape[key].Description);
        return null;
    }

    /// <summary>Reports an unknown key and returns the one that was probably meant, so that it is not reported as missing too.</summary>
    private string? Unknown(YamlScalar key)
    {
        var names = _shape.Keys.Select(static spec => spec.Name).ToList();
        var nearest = NearestName.Find(key.Value, names);
        _context.Error(key.Spot, $"{_shape.What} has no setting '{key.Value}'", nearest is null ? Keys(_shape) : $"Did you mean '{nearest}'?", ErrorCodes.SpecInvalid);
        return nearest;
    }

    private static string Keys(ShapeSpec shape) => $"The settings of {shape.What} are {string.Join(", ", shape.Keys.Select(static key => key.Name))}.";
}
