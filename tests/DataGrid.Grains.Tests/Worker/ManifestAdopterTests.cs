using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Datasets;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Local;
using DataGrid.Storage.Tables;
using DataGrid.Worker;

namespace DataGrid.Grains.Tests.Worker;

/// <summary>What a task reports is believed only as far as it can be seen in its staging folder.</summary>
public sealed class ManifestAdopterTests : IDisposable
{
    /// <summary>XxHash128 of "rows".</summary>
    private const string HashOfRows = "a6b027b67ea9f1eb79b98e5d40656a87";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("datagrid-adopt-");
    private readonly TableSet _tables;

    public ManifestAdopterTests() =>
        _tables = new TableSet(LocalObjectStore.Open(Path.Combine(_folder.FullName, "root")), new WorkspacePaths(WorkspaceId.Default), new DeltaTableOptions(), TimeProvider.System);

    private string Staging => Path.Combine(_folder.FullName, "staging");

    public void Dispose()
    {
        _tables.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_file_that_is_as_it_was_reported_is_adopted_and_again()
    {
        Stage("rows");
        var first = await AdoptAsync(File(HashOfRows));
        Assert.Equal(Assert.Single(first), Assert.Single(await AdoptAsync(File(HashOfRows))));
        Assert.Equal("rows", await System.IO.File.ReadAllTextAsync(Assert.Single(_tables.FilesOf(DatasetName.Parse("gold.made"), first)).Path));
    }

    [Fact]
    public async Task A_file_whose_content_changed_after_it_was_reported_is_refused()
    {
        Stage("rowz");
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => AdoptAsync(File(HashOfRows)));
        Assert.Contains("hash", fault.Message, StringComparison.Ordinal);
        Assert.Contains("part-0.parquet", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder.FullName, "root"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_file_of_another_length_is_refused()
    {
        Stage("more rows");
        await Assert.ThrowsAsync<InvalidDataException>(() => AdoptAsync(File(HashOfRows)));
    }

    [Theory]
    [InlineData("../part-0.parquet")]
    [InlineData("/etc/passwd")]
    public async Task A_file_outside_of_the_staging_folder_is_refused(string path)
    {
        Stage("rows");
        await Assert.ThrowsAsync<InvalidDataException>(() => AdoptAsync(File(HashOfRows) with { StagedPath = path }));
    }

    [Fact]
    public async Task A_link_is_refused()
    {
        Directory.CreateDirectory(Staging);
        System.IO.File.CreateSymbolicLink(Path.Combine(Staging, "part-0.parquet"), "/etc/passwd");
        await Assert.ThrowsAsync<InvalidDataException>(() => AdoptAsync(File(HashOfRows)));
    }

    private void Stage(string content)
    {
        Directory.CreateDirectory(Staging);
        System.IO.File.WriteAllText(Path.Combine(Staging, "part-0.parquet"), content);
    }

    private static ManifestFile File(string hash) => new() { StagedPath = "part-0.parquet", Role = ManifestFileRole.Data, Bytes = 4, Rows = 1, Hash = hash, Statistics = "{}" };

    private Task<ImmutableArray<AdoptedFile>> AdoptAsync(ManifestFile file)
    {
        var name = DatasetName.Parse("gold.made");
        var task = new TaskSpec
        {
            Task = new TaskId(RunId.Parse("r1"), name, 0),
            Attempt = AttemptId.Parse("a1"),
            Step = new StepSpec { Name = name, File = "f", Sql = "select 1", Columns = [], Reads = [], Checks = [] },
            Inputs = [],
            StagingDirectory = Staging,
            Limits = new TaskLimits { MemoryBytes = 1, Threads = 1, TemporaryBytes = 1 },
        };
        return new ManifestAdopter(_tables).AdoptAsync(task, new Manifest { Files = [file], Columns = [] }, CancellationToken.None);
    }
}
