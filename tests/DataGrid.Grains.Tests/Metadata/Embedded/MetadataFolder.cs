using DataGrid.Metadata;
using DataGrid.Metadata.Embedded;
using DataGrid.Metadata.State;
using Microsoft.Extensions.Logging;

namespace DataGrid.Grains.Tests.Metadata.Embedded;

/// <summary>A folder for a store, gone after the test.</summary>
internal sealed class MetadataFolder : IDisposable
{
    public MetadataFolder()
    {
        Root = Path.Combine(Path.GetTempPath(), "datagrid-metadata-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Root);
        Options = new MetadataOptions { Root = Root };
    }

    public string Root { get; }

    public MetadataOptions Options { get; set; }

    public List<string> Log { get; } = [];

    public string DatabaseFile => Path.Combine(Root, "metadata", "metadata.duckdb");

    public async Task<OpenStore> OpenAsync()
    {
        var store = new MetadataStore(Options, TimeProvider.System, new ListLogger(Log));
        try
        {
            await store.OpenAsync();
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }

        return new OpenStore(store, new GrainStateStorage(new StateTable(store), Options.MaxStateBytes));
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private sealed class ListLogger(List<string> lines) : ILogger<MetadataStore>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (lines)
                lines.Add(formatter(state, exception));
        }
    }
}

internal sealed record OpenStore(MetadataStore Store, GrainStateStorage States) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
