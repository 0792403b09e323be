using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using DataGrid.Contracts.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DataGrid.Core.Pipelines.Yaml;

/// <summary>Reads one YAML document into nodes that know their places. Works on the parser's events, never on objects: nothing in a document can name a
/// type. Depth and size (aliases expanded) are limited while reading, so a small document cannot become a large one.</summary>
internal sealed class YamlReader
{
    private readonly SourceText _source;
    private readonly ProjectOptions _options;
    private readonly Spot _origin;
    private readonly Parser _parser;
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _openAnchors = new(StringComparer.Ordinal);
    private int _nodes;

    private YamlReader(SourceText source, Spot origin, string yaml, ProjectOptions options)
    {
        (_source, _options, _origin) = (source, options, origin);
        _parser = new Parser(new StringReader(yaml));
    }

    /// <summary>Reads a document.</summary>
    /// <param name="source">The file that problems name.</param>
    /// <param name="start">Where the document starts in the file's text, in UTF-16 units.</param>
    /// <param name="length">How long it is.</param>
    /// <param name="options">The limits.</param>
    /// <param name="problems">Told what is wrong.</param>
    /// <returns>The root; null when there is none, or when a problem was reported.</returns>
    public static YamlNode? Read(SourceText source, int start, int length, ProjectOptions options, ProblemBag problems)
    {
        var reader = new YamlReader(source, source.SpotAt(start), source.Text.Substring(start, length), options);
        try
        {
            return reader.Document();
        }
        catch (YamlRefusedException refused)
        {
            problems.Add(source.Problem(ErrorCodes.YamlInvalid, refused.Spot, refused.Message, refused.Help));
        }
        catch (YamlException error)
        {
            var (message, help) = YamlMessages.Explain(error.Message);
            problems.Add(source.Problem(ErrorCodes.YamlInvalid, reader.SpotOf(YamlMessages.IsAboutTab(error.Message) ? error.End : error.Start), message, help));
        }
        // On some broken documents the scanner runs into its own assertions instead of saying what is wrong.
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException or NullReferenceException)
        {
            var spot = reader._parser.Current is { } last ? reader.SpotOf(last.End) : reader._origin;
            problems.Add(source.Problem(ErrorCodes.YamlInvalid, spot, "this is not YAML: a bracket, brace or quote after this place is never closed, or a key has no ':'",
                YamlMessages.GeneralHelp));
        }
        return null;
    }

    private YamlNode? Document()
    {
        Next();
        Next();
        if (_parser.Current is StreamEnd) return null;
        Next();
        var root = Node(1);
        Next();
        Next();
        if (_parser.Current is DocumentStart again)
            throw new YamlRefusedException(SpotOf(again.Start), "there is a second YAML document in this file", "Keep one document: remove the line '---'.");
        return root is YamlScalar { IsNull: true } ? null : root;
    }

    private YamlNode Node(int depth)
    {
        var at = SpotOf(_parser.Current!.Start);
        if (depth > _options.MaxYamlDepth)
            throw new YamlRefusedException(at, $"this is nested deeper than {_options.MaxYamlDepth} levels", "A project file needs no more than 6.");
        if (_parser.Current is AnchorAlias alias) return Alias(alias, at, depth);
        Count(1, at);
        var nodeEvent = (NodeEvent)_parser.Current;
        if (!nodeEvent.Tag.IsEmpty)
            throw new YamlRefusedException(at, $"the tag '{nodeEvent.Tag.Value}' is not allowed", "Write the value without a tag; put quotes around it to make it text.");
        var anchor = nodeEvent.Anchor.IsEmpty ? null : nodeEvent.Anchor.Value;
        if (anchor is not null) _openAnchors.Add(anchor);
        YamlNode node = nodeEvent switch
        {
            Scalar scalar => new YamlScalar(at, scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart => Sequence(at, depth),
            MappingStart => Mapping(at, depth),
            _ => throw new YamlRefusedException(at, "this is not YAML that a project can use", YamlMessages.GeneralHelp),
        };
        if (anchor is not null)
        {
            _openAnchors.Remove(anchor);
            _anchors[anchor] = node;
        }
        return node;
    }

    private YamlNode Alias(AnchorAlias alias, Spot at, int depth)
    {
        var name = alias.Value.Value;
        if (_openAnchors.Contains(name)) throw new YamlRefusedException(at, $"the alias '*{name}' stands inside what it stands for", "Write the value out.");
        if (!_anchors.TryGetValue(name, out var node))
        {
            throw new YamlRefusedException(at, $"the alias '*{name}' names nothing: no '&{name}' stands before it",
                "A '*' starts an alias in YAML: put quotes around text that starts with it.");
        }
        Count(node.Count, at);
        if (depth + node.Height - 1 > _options.MaxYamlDepth)
            throw new YamlRefusedException(at, $"with '*{name}' written out this is nested deeper than {_options.MaxYamlDepth} levels", "Write the value out.");
        return node;
    }

    private YamlSequence Sequence(Spot at, int depth)
    {
        var items = ImmutableArray.CreateBuilder<YamlNode>();
        for (Next(); _parser.Current is not SequenceEnd; Next()) items.Add(Node(depth + 1));
        return new YamlSequence(at, items.DrainToImmutable());
    }

    private YamlMapping Mapping(Spot at, int depth)
    {
        var entries = ImmutableArray.CreateBuilder<YamlEntry>();
        for (Next(); _parser.Current is not MappingEnd; Next())
        {
            var keySpot = SpotOf(_parser.Current!.Start);
            var key = Node(depth + 1);
            if (key is not YamlScalar name) throw new YamlRefusedException(keySpot, $"a key must be a word, not {key.What}", YamlMessages.GeneralHelp);
            if (name is { IsPlain: true, Value: "<<" })
                throw new YamlRefusedException(keySpot, "merge keys ('<<') are not supported", "Write the settings out, or put them under 'defaults'.");
            Next();
            // A key that came from an alias stands where the alias does.
            entries.Add(new YamlEntry(name with { Spot = keySpot }, Node(depth + 1)));
        }
        return new YamlMapping(at, entries.DrainToImmutable());
    }

    private void Count(int nodes, Spot at)
    {
        // Both numbers are at most the limit, so the sum cannot overflow.
        _nodes += nodes;
        if (_nodes > _options.MaxYamlNodes)
        {
            throw new YamlRefusedException(at, $"with its aliases written out this file has more than {_options.MaxYamlNodes} values",
                "Use fewer aliases ('*name'), or split the project.");
        }
    }

    private void Next()
    {
        if (!_parser.MoveNext()) throw new YamlRefusedException(_origin, "the YAML ends too early", YamlMessages.GeneralHelp);
    }

    /// <summary>A mark of the parser as a place in the file: in a model's header the first line starts in the middle of a line of the file.</summary>
    private Spot SpotOf(Mark mark) => mark.Line <= 1
        ? new Spot(_origin.Line, _origin.Column + (int)mark.Column - 1)
        : new Spot(_origin.Line + (int)mark.Line - 1, (int)mark.Column);

    [SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Never leaves this class")]
    [SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Never leaves this class")]
    private sealed class YamlRefusedException(Spot spot, string message, string help) : Exception(message)
    {
        public Spot Spot { get; } = spot;
        public string Help { get; } = help;
    }
}
