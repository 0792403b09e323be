using System.Collections.Immutable;
using System.Text.RegularExpressions;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;

namespace DataGrid.Core.Pipelines.Graph;

/// <summary>Which steps a run is asked for.</summary>
/// <param name="Steps">The selected steps in the order of the pipeline; empty when there is a problem.</param>
/// <param name="Problems">What is wrong with the selectors.</param>
public sealed record SelectionOutcome(ImmutableArray<StepSpec> Steps, ImmutableArray<Problem> Problems);

/// <summary>Reads <c>--select</c>: <c>gold.x</c> alone, <c>+gold.x</c> with all that it reads, <c>gold.x+</c> with all that reads it, <c>gold.*</c> by pattern,
/// <c>tag:daily</c> by tag; several are joined, whether given apart or with commas.</summary>
public static class Selection
{
    private const int MaxSelectors = 1_000;

    /// <summary>The selected steps; all of them when there is no selector.</summary>
    public static SelectionOutcome Resolve(PipelineSpec pipeline, IReadOnlyList<string> selectors)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(selectors);
        var parts = selectors.SelectMany(static selector => selector.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (selectors.Count == 0) return new SelectionOutcome(pipeline.Steps, []);
        if (parts.Count == 0) return Wrong(Bad("the selection is empty", "Name a dataset, for example --select +gold.daily."));
        if (parts.Count > MaxSelectors) return Wrong(Bad($"the selection has {parts.Count} parts; {MaxSelectors} are allowed", "Use a pattern (gold.*) or a tag (tag:daily)."));
        var graph = StepGraph.Of(pipeline.Steps);
        var selected = new HashSet<DatasetName>();
        var problems = ImmutableArray.CreateBuilder<Problem>();
        foreach (var part in parts)
        {
            var (up, down) = (part.StartsWith('+'), part.Length > 1 && part.EndsWith('+'));
            var name = part[(up ? 1 : 0)..^(down ? 1 : 0)];
            if (Match(pipeline, name, down, out var matched) is { } problem)
            {
                problems.Add(problem);
                continue;
            }
            selected.UnionWith(matched);
            if (up) selected.UnionWith(graph.AllUpstream(matched));
            if (down) selected.UnionWith(graph.AllDownstream(matched));
        }
        return problems.Count > 0
            ? new SelectionOutcome([], problems.DrainToImmutable())
            : new SelectionOutcome([.. pipeline.Steps.Where(step => selected.Contains(step.Name))], []);
    }

    private static Problem? Match(PipelineSpec pipeline, string name, bool down, out IReadOnlyList<DatasetName> matched)
    {
        matched = [];
        if (name.StartsWith("tag:", StringComparison.Ordinal))
        {
            var tag = name["tag:".Length..];
            matched = [.. pipeline.Steps.Where(step => step.Tags.Contains(tag)).Select(static step => step.Name)];
            var tags = pipeline.Steps.SelectMany(static step => step.Tags).Distinct().ToList();
            return matched.Count > 0 ? null : Bad($"no model has the tag '{tag}'", NearestName.Advice(tag, tags, "Tags stand in a model's header: tags: [daily]."));
        }
        if (name.Contains('*', StringComparison.Ordinal))
        {
            // Names have no characters with a meaning in patterns but the dot, and Escape takes care of that.
            var pattern = new Regex("^" + Regex.Escape(name).Replace("\\*", ".*", StringComparison.Ordinal) + "$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking);
            matched = [.. pipeline.Steps.Select(static step => step.Name).Where(step => pattern.IsMatch(step.ToString()))];
            return matched.Count > 0 ? null : Bad($"no model matches '{name}'", Known(pipeline, name));
        }
        if (DatasetName.TryParse(name, out var dataset, out _))
        {
            if (pipeline.Steps.Any(step => step.Name == dataset))
            {
                matched = [dataset];
                return null;
            }
            if (pipeline.Sources.Any(source => source.Name == dataset))
            {
                matched = [.. pipeline.Steps.Where(step => step.Reads.Contains(dataset) || step.CheckReads.Contains(dataset)).Select(static step => step.Name)];
                return down && matched.Count > 0 ? null : Bad($"{dataset} is a source: it is read, not run", $"Select what reads it: {dataset}+.");
            }
        }
        return Bad($"there is no model '{name}'", Known(pipeline, name));
    }

    private static string Known(PipelineSpec pipeline, string name)
    {
        var names = pipeline.Steps.Select(static step => step.Name.ToString()).ToList();
        // People often leave the namespace out.
        var sameName = names.Where(known => known.EndsWith("." + name, StringComparison.OrdinalIgnoreCase)).ToList();
        return sameName.Count > 0 ? $"Did you mean '{sameName[0]}'?" : NearestName.Advice(name, names, "Names are namespace.name, as in models/namespace/name.sql.");
    }

    private static SelectionOutcome Wrong(Problem problem) => new([], [problem]);

    private static Problem Bad(string message, string help) => new() { Code = ErrorCodes.SelectionInvalid, Message = message, Help = help };
}
