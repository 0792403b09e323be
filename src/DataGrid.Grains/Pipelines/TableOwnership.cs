using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Storage.Tables;

namespace DataGrid.Grains.Pipelines;

/// <summary>A dataset has one owning pipeline, recorded in the table itself.</summary>
public sealed class TableOwnership(TableSet tables)
{
    /// <summary>The datasets of a project that belong to somebody else, each as a problem.</summary>
    public async Task<ImmutableArray<Problem>> CheckAsync(PipelineSpec spec, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var heads = await Task.WhenAll(spec.Steps.Where(static step => step.Materialization != Materialization.View).Select(step => tables.HeadAsync(step.Name, cancellationToken)));
        return
        [
            .. from head in heads
               where head is not null && Objection(head, spec.Id) is not null
               select Objection(head, spec.Id)! with { Position = PositionOf(spec, head.Table.Name) },
        ];
    }

    /// <summary>Why a pipeline may not write a table; null when it may.</summary>
    public static Problem? Objection(TableHead head, PipelineId writer)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (head.Owner == writer) return null;
        return new Problem
        {
            Code = head.Owner is null ? ErrorCodes.DatasetExists : ErrorCodes.DatasetOwned,
            Message = head.Owner is { } owner
                ? $"{head.Table.Name} belongs to the pipeline '{owner}'; '{writer}' may read it, not write it"
                : $"there is a table {head.Table.Name} that no pipeline of DataGrid made",
            Help = "give the model another name, or another --root",
            Dataset = head.Table.Name.ToString(),
        };
    }

    private static SourcePosition PositionOf(PipelineSpec spec, Contracts.Datasets.DatasetName name) =>
        new() { File = spec.Steps.First(step => step.Name == name).File };
}
