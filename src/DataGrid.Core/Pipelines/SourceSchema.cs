using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;

namespace DataGrid.Core.Pipelines;

/// <summary>The columns of one file of a source.</summary>
/// <param name="File">The file's name for people.</param>
/// <param name="Columns">Its columns in its own order.</param>
/// <param name="IsUntyped">Whether its types mean nothing, since it has no rows.</param>
public sealed record SourceFileColumns(string File, ImmutableArray<ColumnSpec> Columns, bool IsUntyped);

/// <summary>Something about a source's columns that has to be mended.</summary>
/// <param name="File">The file that differs.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Help">What to do.</param>
public sealed record SourceDrift(string File, string Message, string Help);

/// <summary>What a source's columns are.</summary>
/// <param name="Columns">The columns in order.</param>
/// <param name="Drifts">Where files differ in a way that the policy does not allow.</param>
public sealed record SourceSchemaDecision(ImmutableArray<ColumnSpec> Columns, ImmutableArray<SourceDrift> Drifts);

/// <summary>Decides a source's columns from its contract, its files and what is to be
/// done about drift. Names are compared without case; order does not matter.</summary>
public static class SourceSchema
{
    /// <summary>Decides.</summary>
    /// <param name="contract">The contract's columns; empty when there is none.</param>
    /// <param name="policy">What to do about new columns.</param>
    /// <param name="format">The files' format: text files' types are told from a sample, Parquet's are facts.</param>
    /// <param name="files">The files in the order of their names.</param>
    public static SourceSchemaDecision Decide(ImmutableArray<ColumnSpec> contract, DriftPolicy policy, SourceFormat format, IReadOnlyList<SourceFileColumns> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var drifts = ImmutableArray.CreateBuilder<SourceDrift>();
        if (files.Count == 0) return new SourceSchemaDecision(contract, []);
        var hasContract = !contract.IsEmpty;
        var agreed = new Agreed(hasContract ? contract : [], hasContract, format);
        if (!hasContract) agreed.Start(files[0]);
        foreach (var file in files) agreed.Compare(file, policy, drifts);
        return new SourceSchemaDecision(agreed.Columns, drifts.DrainToImmutable());
    }

    /// <summary>The columns agreed on so far.</summary>
    private sealed class Agreed(ImmutableArray<ColumnSpec> contract, bool hasContract, SourceFormat format)
    {
        private readonly List<ColumnSpec> _columns = [.. contract];
        private readonly HashSet<string> _fixed = hasContract ? contract.Select(static column => column.Name).ToHashSet(StringComparer.OrdinalIgnoreCase) : [];
        private readonly HashSet<string> _untyped = new(StringComparer.OrdinalIgnoreCase);
        private string _first = "";

        public ImmutableArray<ColumnSpec> Columns => [.. _columns];

        public void Start(SourceFileColumns file)
        {
            _first = file.File;
            foreach (var column in file.Columns) Add(column, file.IsUntyped);
        }

        public void Compare(SourceFileColumns file, DriftPolicy policy, ImmutableArray<SourceDrift>.Builder drifts)
        {
            var own = file.Columns.ToDictionary(static column => column.Name, StringComparer.OrdinalIgnoreCase);
            var known = _columns.ToDictionary(static column => column.Name, StringComparer.OrdinalIgnoreCase);
            // Objects of JSON leave out what they do not have, and a column that came later is missing in the files before.
            var missing = format is SourceFormat.Ndjson or SourceFormat.Json ? []
                : _columns.Where(column => !own.ContainsKey(column.Name) && (_fixed.Contains(column.Name) || (!hasContract && policy != DriftPolicy.AcceptNew))).ToList();
            var added = file.Columns.Where(column => !known.ContainsKey(column.Name)).ToList();
            var than = hasContract ? "the contract" : _first;
            if (missing.Count > 0)
            {
                drifts.Add(new SourceDrift(file.File, $"{file.File} lacks {List(missing)}, which {than} has",
                    added.Count == 1 && missing.Count == 1 && NearestName.Find(missing[0].Name, [added[0].Name]) is { } renamed ? $"It has '{renamed}': was the column renamed?"
                    : hasContract ? "Mend the file, or the contract (columns)." : "Mend the file, or write on_drift: accept_new, which reads missing columns as NULL."));
            }
            if (added.Count > 0 && policy == DriftPolicy.Fail && missing.Count == 0)
            {
                drifts.Add(new SourceDrift(file.File, $"{file.File} has {List(added)}, which {than} lacks",
                    $"{(hasContract ? "Add it to the contract (columns)" : "Mend the file")}, or write on_drift: accept_new to take it up, on_drift: ignore_new to leave it out."));
            }
            if (added.Count > 0 && policy == DriftPolicy.AcceptNew)
                foreach (var column in added) Add(column, file.IsUntyped);
            foreach (var column in file.Columns.Where(column => known.ContainsKey(column.Name))) Type(file, known[column.Name], column, drifts);
        }

        private void Type(SourceFileColumns file, ColumnSpec known, ColumnSpec column, ImmutableArray<SourceDrift>.Builder drifts)
        {
            if (file.IsUntyped || known.Type == column.Type) return;
            var isFixed = _fixed.Contains(known.Name);
            // Text becomes the contract's type as it is read; whether it can is seen then.
            if (isFixed && format != SourceFormat.Parquet) return;
            var wasUntyped = _untyped.Remove(known.Name);
            var common = wasUntyped ? column.Type : isFixed ? (known.Type == "VARCHAR" || TypeWidening.Holds(known.Type, column.Type) ? known.Type : null) : TypeWidening.Common(known.Type, column.Type);
            if (common is null && format != SourceFormat.Parquet) common = format == SourceFormat.Csv ? "VARCHAR" : "JSON";
            if (common is null)
            {
                var other = isFixed ? "the contract says" : $"{_first} has";
                drifts.Add(new SourceDrift(file.File, $"the column '{column.Name}' of {file.File} is {column.Type}; {other} {known.Type}",
                    isFixed ? $"Write {column.Name}: {column.Type} in the contract and cast it in SQL." : "Mend the file, or split the files into two sources."));
                return;
            }
            _columns[_columns.FindIndex(candidate => candidate.Name == known.Name)] = known with { Type = common };
        }

        private void Add(ColumnSpec column, bool untyped)
        {
            _columns.Add(column);
            if (untyped) _untyped.Add(column.Name);
        }

        private static string List(List<ColumnSpec> columns)
        {
            var names = columns.Take(5).Select(static column => $"'{column.Name}'");
            return $"{(columns.Count == 1 ? "the column" : "the columns")} {string.Join(", ", names)}{(columns.Count > 5 ? $" and {columns.Count - 5} more" : "")}";
        }
    }
}
