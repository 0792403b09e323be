using DataGrid.Contracts.Json;
using DataGrid.Contracts.Pipelines;
using DataGrid.Grains.Pipelines;
using DataGrid.Grains.Runs;
using DataGrid.Storage.Catalog;
using DataGrid.Storage.Runs;
using DataGrid.Storage.Tables;

namespace DataGrid.Grains;

/// <summary>What the grains of a workspace share: its files, under one name each.</summary>
/// <param name="Runs">Records, plans and staging folders of runs.</param>
/// <param name="Events">Stories of runs.</param>
/// <param name="Pipelines">Compiled projects.</param>
/// <param name="Tables">Delta tables.</param>
/// <param name="SourceFiles">Finds the files of sources.</param>
/// <param name="Ownership">Who may write which table.</param>
/// <param name="Options">Limits.</param>
/// <param name="ProductVersion">DataGrid's version.</param>
/// <param name="EngineVersion">The engine's version, recorded with every run.</param>
public sealed record WorkspaceServices(
    RunStore Runs, RunEventLog Events, PipelineCatalog Pipelines, TableSet Tables, ISourceFiles SourceFiles, TableOwnership Ownership, RunOptions Options,
    string ProductVersion, string EngineVersion)
{
    // Who has these has grains, and their states are read with the options of all documents.
    static WorkspaceServices() => DataGridJson.With(GrainStates.Default);
}
