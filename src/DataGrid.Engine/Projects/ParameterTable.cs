using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Pipelines;
using DataGrid.Core.Pipelines.Drafts;
using DataGrid.Core.Sql;

namespace DataGrid.Engine.Projects;

/// <summary>The project's parameters: those declared, and those that SQL uses without a declaration, which are VARCHAR. Safe for several threads.</summary>
internal sealed class ParameterTable
{
    private readonly ProjectDraft _draft;
    private readonly Lock _turn = new();
    private readonly Dictionary<string, ParameterSpec> _declared;
    private readonly SortedDictionary<string, ParameterSpec> _others = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _used = new(StringComparer.OrdinalIgnoreCase);

    public ParameterTable(ProjectDraft draft, ImmutableArray<ParameterSpec> declared)
    {
        _draft = draft;
        _declared = declared.ToDictionary(static parameter => parameter.Name, StringComparer.OrdinalIgnoreCase);
        Types = declared.ToImmutableDictionary(static parameter => parameter.Name, static parameter => parameter.Type, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Declared types by name.</summary>
    public ImmutableDictionary<string, string> Types { get; }

    /// <summary>Declared ones in the order of the file, then the others by name.</summary>
    public ImmutableArray<ParameterSpec> All => [.. _draft.Parameters.Select(parameter => _declared[parameter.Name.Value]), .. _others.Values];

    /// <summary>Notes what a text uses, spelt as declared.</summary>
    public void Use(SqlReading? reading, SqlSource source, ModelDraft model, ISet<string> into, ProblemBag problems)
    {
        foreach (var use in reading?.Parameters ?? [])
        {
            lock (_turn)
            {
                if (_declared.TryGetValue(use.Name, out var declared))
                {
                    _used.Add(declared.Name);
                    into.Add(declared.Name);
                    continue;
                }
                _others.TryAdd(use.Name, new ParameterSpec { Name = use.Name, Type = "VARCHAR" });
                if (!into.Add(_others[use.Name].Name)) continue;
            }
            if (NearestName.Find(use.Name, _declared.Keys) is not { } nearest) continue;
            problems.Add(source.Problem(ErrorCodes.ParameterInvalid, $"${use.Name} is not declared; ${nearest} is", use.Index ?? Place(source, use.Name),
                $"Did you mean ${nearest}? Otherwise declare it under parameters.") with { Dataset = model.Name.ToString(), IsWarning = true });
        }
    }

    /// <summary>The first mention, where the engine does not tell.</summary>
    private static int? Place(SqlSource source, string name) => source.Text.IndexOf("$" + name, StringComparison.OrdinalIgnoreCase) is var index and >= 0 ? index : null;

    public void WarnAboutUnused(ProblemBag problems)
    {
        foreach (var parameter in _draft.Parameters.Where(parameter => !_used.Contains(parameter.Name.Value)))
            problems.Add(parameter.Name.Problem(ErrorCodes.ParameterInvalid, $"nothing uses ${parameter.Name.Value}", "Remove it, or use it.", isWarning: true));
    }
}
