using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Pipelines.Yaml;

namespace DataGrid.Core.Pipelines.Reading;

/// <summary>What the readers of one file share.</summary>
internal sealed class ReadContext(SourceText source, ProjectOptions options, ProblemBag problems)
{
    public SourceText Source { get; } = source;

    public ProjectOptions Options { get; } = options;

    public ProblemBag Problems { get; } = problems;

    /// <summary>The dataset that problems of this file concern, if one.</summary>
    public string? Dataset { get; init; }

    /// <summary>Datasets that are declared but could not be read.</summary>
    public HashSet<DatasetName> Broken { get; } = [];

    public Located<T> At<T>(YamlNode node, T value) => new(value, Source, node.Spot);

    public void Error(Spot spot, string message, string help, string code = ErrorCodes.SpecInvalid) =>
        Problems.Add(Source.Problem(code, spot, message, help, Dataset));

    public void Warning(Spot spot, string message, string help, string code = ErrorCodes.SpecInvalid) =>
        Problems.Add(Source.Problem(code, spot, message, help, Dataset, isWarning: true));

    /// <summary>A dataset's name; null, with a problem, when the text is none.</summary>
    public DatasetName? Name(Spot spot, string text)
    {
        if (DatasetName.TryParse(text, out var name, out var why)) return name;
        Error(spot, why, "Write namespace.name, with letters, digits and underscores.", ErrorCodes.NameInvalid);
        return null;
    }
}
