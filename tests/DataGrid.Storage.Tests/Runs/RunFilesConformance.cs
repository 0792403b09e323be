using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Storage;
using DataGrid.Core.Datasets;
using DataGrid.Core.Runs;
using DataGrid.Storage.Catalog;
using DataGrid.Storage.Local;
using DataGrid.Storage.Runs;
using DataGrid.Storage.Tests.Support;

namespace DataGrid.Storage.Tests.Runs;

/// <summary>The files of runs and pipelines are the same on every store.</summary>
public abstract class RunFilesConformance
{
    private static readonly PipelineId Pipeline = PipelineId.Parse("flights");
    private static readonly RunId Early = RunId.Parse("20261120-131502-0000007f");
    private static readonly RunId Late = RunId.Parse("20261120-131503-00000001");

    protected abstract IObjectStore Store { get; }

    private WorkspacePaths Paths { get; } = new(WorkspaceId.Default);

    private RunStore Runs => new(Store, Paths);

    private RunEventLog Events => new(Store, Paths);

    private PipelineCatalog Catalog => new(Store, Paths);

    [Fact]
    public async Task A_run_is_found_by_its_id_and_the_newest_comes_first()
    {
        await Runs.WriteAsync(Record(Late, RunStatus.Running), default);
        await Runs.WriteEndAsync(Record(Early, RunStatus.Failed), default);
        await Runs.WriteEndAsync(Record(Late, RunStatus.Succeeded), default);

        Assert.Equal(RunStatus.Succeeded, (await Runs.ReadAsync(Late, default))!.Status);
        Assert.Null(await Runs.ReadAsync(RunId.Parse("20261120-131504-00000001"), default));
        Assert.Equal([Early, Late], await Runs.ListAsync(default));
        Assert.Equal([Late, Early], await Runs.ReadNewestAsync(default).Select(static record => record.Run).ToListAsync());
    }

    [Fact]
    public async Task The_first_end_of_a_run_stands_whatever_is_written_later()
    {
        await Runs.WriteAsync(Record(Early, RunStatus.Running), default);
        Assert.Equal(RunStatus.Succeeded, (await Runs.WriteEndAsync(Record(Early, RunStatus.Succeeded), default)).Status);
        Assert.Equal(RunStatus.Succeeded, (await Runs.WriteEndAsync(Record(Early, RunStatus.Failed), default)).Status);
        await Runs.WriteAsync(Record(Early, RunStatus.Publishing), default);

        Assert.Equal(RunStatus.Succeeded, (await Runs.ReadAsync(Early, default))!.Status);
        await Assert.ThrowsAsync<ArgumentException>(() => Runs.WriteAsync(Record(Early, RunStatus.Succeeded), default));
        await Assert.ThrowsAsync<ArgumentException>(() => Runs.WriteEndAsync(Record(Early, RunStatus.Running), default));
    }

    [Fact]
    public async Task Before_the_first_run_there_is_nothing()
    {
        Assert.Empty(await Runs.ListAsync(default));
        Assert.Empty(await Events.ReadAsync(Early, default));
        Assert.Null(await Runs.ReadNewestPlanAsync(Early, default));
        Assert.Empty(await Runs.ListAttemptsAsync(Early, default));
        Assert.Null(await Catalog.CurrentAsync(Pipeline, default));
        Assert.Empty(await Catalog.ListAsync(default));
    }

    [Fact]
    public async Task The_first_publish_plan_of_a_number_counts_for_ever()
    {
        var first = await Runs.PutPlanAsync(Plan(1, "silver.a"), default);
        var second = await Runs.PutPlanAsync(Plan(1, "silver.b"), default);

        Assert.Equal("silver.a", Assert.Single(first.Views).ToString());
        Assert.Equal("silver.a", Assert.Single(second.Views).ToString());
    }

    [Fact]
    public async Task The_newest_publish_plan_is_the_one_with_the_highest_number()
    {
        for (var number = 1; number <= 3; number++) await Runs.PutPlanAsync(Plan(number, $"silver.t{number}"), default);

        Assert.Equal(3, (await Runs.ReadNewestPlanAsync(Early, default))!.Number);
    }

    [Fact]
    public async Task What_a_run_has_pinned_comes_back_whole_and_the_first_of_a_number_counts_for_ever()
    {
        var pins = Pins(1);
        await Runs.PutPinsAsync(Early, pins, default);
        var again = await Runs.PutPinsAsync(Early, pins with { Inputs = new PinnedInputs() }, default);
        Assert.Equal(DataGridJson.ToIndentedText(pins), DataGridJson.ToIndentedText(again));
        Assert.Equal(pins.Inputs.Sources.Values.Single().Files[0].ModifiedAt, again.Inputs.Sources.Values.Single().Files[0].ModifiedAt);

        var silver = DatasetName.Parse("silver.a");
        await Runs.PutPinsAsync(Early, pins.Again([silver], pins.Heads.Remove(silver)), default);

        var newest = (await Runs.ReadNewestPinsAsync(Early, default))!;
        Assert.Equal((2, 2, 1), (newest.Number, newest.Generations[silver], newest.Generations[DatasetName.Parse("gold.b")]));
        Assert.Empty(newest.Heads);
        Assert.Null(await Runs.ReadNewestPinsAsync(Late, default));
    }

    [Fact]
    public async Task Events_are_read_in_the_order_in_which_they_were_written()
    {
        await Events.AppendAsync(Early, [Event(1), Event(2)], default);
        await Events.AppendAsync(Early, [], default);
        await Events.AppendAsync(Early, [Event(3)], default);

        Assert.Equal([1, 2, 3], (await Events.ReadAsync(Early, default)).Select(static e => e.Sequence));
        Assert.Empty(await Events.ReadAsync(Late, default));
    }

    [Fact]
    public async Task A_line_that_a_kill_cut_off_costs_no_other_event()
    {
        await Events.AppendAsync(Early, [Event(1), Event(2)], default);
        var whole = (await Store.ReadAsync(Paths.RunEvents(Early), default))!;
        await Store.PutAsync(Paths.RunEvents(Early), whole.AsMemory(0, whole.Length - 20), default);

        await Events.AppendAsync(Early, [Event(3)], default);

        Assert.Equal([1, 3], (await Events.ReadAsync(Early, default)).Select(static e => e.Sequence));
    }

    [Fact]
    public async Task Attempts_that_left_files_are_found_and_swept()
    {
        var (stage, attempt) = (DatasetName.Parse("silver.a"), AttemptId.Create(Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e")));
        await Store.PutAsync(Paths.Staging(Early, stage, attempt).Join("part-0.parquet"), new byte[] { 1 }, default);
        await Store.PutAsync(Paths.Staging(Early, stage, attempt).Join("month=1/part-1.parquet"), new byte[] { 1 }, default);
        await Runs.WriteEndAsync(Record(Early, RunStatus.Failed), default);

        Assert.Equal([(stage, attempt)], await Runs.ListAttemptsAsync(Early, default));
        await Runs.DeleteStagingAsync(Early, default);
        await Runs.DeleteStagingAsync(Early, default);

        Assert.Empty(await Runs.ListAttemptsAsync(Early, default));
        Assert.NotNull(await Runs.ReadAsync(Early, default));
    }

    [Fact]
    public async Task The_spec_in_force_is_the_one_published_last_and_a_repeated_publish_changes_nothing()
    {
        await Catalog.PutSpecAsync(Spec("one"), default);
        await Catalog.PutSpecAsync(Spec("two"), default);
        await Catalog.PublishAsync(Published("one", Early), default);
        await Catalog.PublishAsync(Published("two", Late), default);
        await Catalog.PublishAsync(Published("two", Late), default);

        Assert.Equal((2, "two"), await Catalog.CurrentAsync(Pipeline, default) is { } current ? (current.Number, current.Fingerprint) : default);
        Assert.Equal(["one", "two"], (await Catalog.HistoryAsync(Pipeline, default)).Select(static entry => entry.Fingerprint));
        Assert.Equal(Pipeline, Assert.Single(await Catalog.ListAsync(default)));
        var spec = Assert.Single(await Catalog.SpecsInForceAsync(default));
        Assert.Equal(("two", "elsewhere"), (spec.Fingerprint, spec.ProjectDirectory));
    }

    [Fact]
    public async Task A_spec_that_was_only_submitted_is_not_in_force()
    {
        await Catalog.PutSpecAsync(Spec("one"), default);

        Assert.Equal("one", (await Catalog.ReadSpecAsync(Pipeline, "one", default))!.Fingerprint);
        Assert.Null(await Catalog.ReadSpecAsync(Pipeline, "two", default));
        Assert.Empty(await Catalog.SpecsInForceAsync(default));
    }

    private static PinnedRun Pins(int number)
    {
        var (silver, gold, raw) = (DatasetName.Parse("silver.a"), DatasetName.Parse("gold.b"), DatasetName.Parse("raw.c"));
        ImmutableArray<ColumnSpec> columns = [new ColumnSpec { Name = "id", Type = "BIGINT" }];
        var file = new TaskFile { Path = "/data/c.csv", Name = "c.csv", Bytes = 12, ModifiedAt = new DateTimeOffset(638_000_000_001_234_567, TimeSpan.Zero), DeletedRows = [3, 5] };
        var table = new PinnedTable(silver, 7, columns, ["day"], [file with { PartitionValues = ImmutableSortedDictionary<string, string?>.Empty.Add("day", null) }]) { ScanSql = "select 1" };
        return new PinnedRun
        {
            Number = number,
            Inputs = new PinnedInputs
            {
                Sources = ImmutableSortedDictionary<DatasetName, PinnedSource>.Empty.Add(raw, new PinnedSource(new SourceSpec { Name = raw, Files = ["*.csv"], Format = SourceFormat.Csv, Columns = columns }, [file])),
                Tables = ImmutableSortedDictionary<DatasetName, PinnedTable>.Empty.Add(silver, table),
                Views = ImmutableSortedDictionary<DatasetName, PinnedView>.Empty.Add(gold, new PinnedView(gold, "select 1", columns, [silver])),
            },
            Heads = ImmutableSortedDictionary<DatasetName, PinnedHead>.Empty.Add(silver, new PinnedHead(table, "_datagrid/cursor-1.json", new IncrementalCursor { Input = raw, Version = 3 })),
            Generations = ImmutableSortedDictionary<DatasetName, int>.Empty.Add(silver, 1).Add(gold, 1),
        };
    }

    private static RunRecord Record(RunId run, RunStatus status) => new()
    {
        Run = run, Pipeline = Pipeline, Status = status, Request = new RunRequest { Fingerprint = "one", ProjectDirectory = "here" }, StartedAt = DateTimeOffset.UnixEpoch,
    };

    private static RunEvent Event(long sequence) => new()
    {
        Sequence = sequence, At = DateTimeOffset.UnixEpoch, Kind = RunEventKind.StepStarted, Message = $"event {sequence}", Status = RunStatus.Running,
    };

    private static PublishPlan Plan(int number, string view) => new() { Run = Early, Pipeline = Pipeline, Number = number, Commits = [], Views = [DatasetName.Parse(view)] };

    private static PipelineSpec Spec(string fingerprint) => new() { Id = Pipeline, ProjectDirectory = "here", Sources = [], Steps = [], Fingerprint = fingerprint };

    private static PublishedSpec Published(string fingerprint, RunId run) =>
        new() { Pipeline = Pipeline, Number = 0, Fingerprint = fingerprint, Run = run, At = DateTimeOffset.UnixEpoch, ProjectDirectory = "elsewhere" };
}

public sealed class RunFilesInAFolderTests : RunFilesConformance, IDisposable
{
    private readonly TemporaryFolder _root = new();

    protected override IObjectStore Store => LocalObjectStore.Open(_root.Path);

    public void Dispose() => _root.Dispose();
}

public sealed class RunFilesInMemoryTests : RunFilesConformance
{
    protected override IObjectStore Store { get; } = new MemoryObjectStore(TimeProvider.System);
}
