using DataGrid.Contracts.Runs;
using DataGrid.Metadata.State;
using Orleans;
using Orleans.Storage;

namespace DataGrid.Grains.Tests.Metadata;

/// <summary>A metadata store for a conformance suite: what the suites need of any of them.</summary>
public abstract class MetadataBed : IAsyncDisposable
{
    public abstract IGrainStorage States { get; }

    public abstract ITaskJournal Journal { get; }

    public abstract IReminderTable Reminders { get; }

    internal abstract IStateTable Table { get; }

    /// <summary>Closes the store and opens it again, as the next process does.</summary>
    public abstract Task ReopenAsync();

    /// <summary>Lets nothing through until the answer is disposed, so that what is asked for meanwhile is done together.</summary>
    public abstract Task<IAsyncDisposable> HoldAsync();

    public abstract ValueTask DisposeAsync();
}

/// <summary>A conformance suite: the same tests on every store.</summary>
public abstract class MetadataSuite : IAsyncLifetime
{
    private MetadataBed? _bed;

    protected MetadataBed Bed => _bed!;

    public async Task InitializeAsync() => _bed = await OpenAsync();

    public async Task DisposeAsync()
    {
        if (_bed is not null)
            await _bed.DisposeAsync();
    }

    protected abstract Task<MetadataBed> OpenAsync();
}
