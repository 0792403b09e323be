using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Storage;
using DataGrid.Core.Datasets;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Local;
using DataGrid.Storage.Tables;
using DataGrid.Storage.Tests.Support;

namespace DataGrid.Storage.Tests.Delta;

/// <summary>What one reader of a process has read of a table, another need not read again.</summary>
public sealed class SnapshotShareTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static readonly DatasetName Name = DatasetName.Parse("test.events");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Who_shares_reads_only_what_came_after()
    {
        using var test = new TestTable(LocalObjectStore.Open(_folder.Path));
        var writer = test.Open();
        for (var run = 0; run < 3; run++) await writer.CommitAsync(await test.AppendAsync($"run{run}", run), default);
        var share = new SnapshotShare();
        using (var first = Tables(test, test.Store, share)) Assert.Equal(2, (await first.HeadAsync(Name, default))!.Table.Version);
        await writer.CommitAsync(await test.AppendAsync("run3", 3), default);

        var read = new List<string>();
        using var second = Tables(test, Reading(test, read), share);

        Assert.Equal([0, 1, 2, 3], await test.RowsAsync((await second.HeadAsync(Name, default))!.Snapshot));
        Assert.Equal([LogFile.EntryName(3)], read.Where(static name => LogFile.Parse(name)?.Kind == LogFileKind.Entry));
    }

    [Fact]
    public async Task Who_shares_with_nobody_reads_everything()
    {
        using var test = new TestTable(LocalObjectStore.Open(_folder.Path));
        var writer = test.Open();
        for (var run = 0; run < 3; run++) await writer.CommitAsync(await test.AppendAsync($"run{run}", run), default);
        using (var first = Tables(test, test.Store, null)) await first.HeadAsync(Name, default);

        var read = new List<string>();
        using var second = Tables(test, Reading(test, read), null);

        Assert.Equal(2, (await second.HeadAsync(Name, default))!.Table.Version);
        Assert.Equal(3, read.Count(static name => LogFile.Parse(name)?.Kind == LogFileKind.Entry));
    }

    [Fact]
    public async Task A_commit_starts_from_what_was_read_of_its_table_and_still_sees_other_writers()
    {
        using var test = new TestTable(LocalObjectStore.Open(_folder.Path));
        var other = test.Open();
        for (var run = 0; run < 3; run++) await other.CommitAsync(await test.AppendAsync($"run{run}", run), default);
        var read = new List<string>();
        var table = test.Open(Reading(test, read));
        await table.ReadHeadAsync(default);
        await other.CommitAsync(await test.AppendAsync("run3", 3), default);
        read.Clear();

        Assert.Equal(new CommitOutcome.Committed(4), await table.CommitAsync(await test.AppendAsync("run4", 4), default));

        Assert.Equal([0, 1, 2, 3, 4], await test.FreshRowsAsync());
        Assert.DoesNotContain(LogFile.EntryName(2), read);
    }

    private static TableSet Tables(TestTable test, IObjectStore store, SnapshotShare? share) => new(store, new WorkspacePaths(WorkspaceId.Default), test.Options, test.Clock, share: share);

    private static FaultyStore Reading(TestTable test, List<string> read) => new(test.Store, (operation, path, _) =>
    {
        if (operation == "read") lock (read) read.Add(path.Name);
        return Fault.None;
    });
}
