using DataGrid.Contracts.Runs;
using DataGrid.Metadata.Embedded;
using DataGrid.Metadata.Runs;
using DataGrid.Metadata.State;
using Orleans;
using Orleans.Storage;

namespace DataGrid.Grains.Tests.Metadata.Embedded;

internal sealed class EmbeddedBed : MetadataBed
{
    private readonly MetadataFolder _folder = new();
    private OpenStore _open = null!;

    public override IGrainStorage States => _open.States;

    public override ITaskJournal Journal => new TaskJournal(new ResultTable(_open.Store), _folder.Options.MaxReportBytes);

    public override IReminderTable Reminders => new ReminderTable(_open.Store);

    internal override IStateTable Table => new StateTable(_open.Store);

    public static async Task<MetadataBed> OpenAsync()
    {
        var bed = new EmbeddedBed();
        bed._open = await bed._folder.OpenAsync();
        return bed;
    }

    public override async Task ReopenAsync()
    {
        await _open.DisposeAsync();
        _open = await _folder.OpenAsync();
    }

    public override async Task<IAsyncDisposable> HoldAsync()
    {
        var hold = new Hold();
        hold.Reading = _open.Store.ReadAsync(_ => hold.Wait());
        await hold.Taken;
        return hold;
    }

    public override async ValueTask DisposeAsync()
    {
        await _open.DisposeAsync();
        _folder.Dispose();
    }

    private sealed class Hold : IAsyncDisposable
    {
        private readonly ManualResetEventSlim _held = new();
        private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Taken => _taken.Task;

        public Task Reading { get; set; } = Task.CompletedTask;

        public int Wait()
        {
            _taken.TrySetResult();
            _held.Wait();
            return 0;
        }

        public async ValueTask DisposeAsync()
        {
            _held.Set();
            await Reading;
            _held.Dispose();
        }
    }
}

public sealed class GrainStateStorageTests : GrainStateStorageSuite
{
    protected override Task<MetadataBed> OpenAsync() => EmbeddedBed.OpenAsync();
}

public sealed class TaskJournalTests : TaskJournalSuite
{
    protected override Task<MetadataBed> OpenAsync() => EmbeddedBed.OpenAsync();
}

public sealed class ReminderTableTests : ReminderTableSuite
{
    protected override Task<MetadataBed> OpenAsync() => EmbeddedBed.OpenAsync();
}
