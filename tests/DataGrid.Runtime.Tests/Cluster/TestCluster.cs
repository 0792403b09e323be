using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Storage;

namespace DataGrid.Runtime.Tests;

/// <summary>
/// A cluster of one silo, of the runtime that the tests are built for: <see cref="TestSilo"/> knows which, and the tests stay as they are.
/// </summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly IHost _host;

    private TestCluster(IHost host, ManualTime time, LogCollector logs)
    {
        _host = host;
        Time = time;
        Logs = logs;
    }

    public IGrainFactory Grains => _host.Services.GetRequiredService<IClusterClient>();

    public IServiceProvider Services => _host.Services;

    /// <summary>The cluster's clock, which only tests move.</summary>
    public ManualTime Time { get; }

    public LogCollector Logs { get; }

    public static Task<TestCluster> StartAsync(Action<IServiceCollection>? services = null) => StartAsync(new Settings(), services);

    public static async Task<TestCluster> StartAsync(Settings settings, Action<IServiceCollection>? services = null)
    {
        var time = new ManualTime();
        var logs = new LogCollector();
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddProvider(logs);
        if (!settings.RealTime)
            builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton(new Probe());
        builder.AddTestSilo(settings);
        builder.Services.AddKeyedSingleton<IGrainStorage, CountingStorage>("counting");
        services?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        return new TestCluster(host, time, logs);
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    internal sealed record Settings
    {
        public bool RealTime { get; init; }

        /// <summary>For what only holds between grains of one silo.</summary>
        public bool IsAlone { get; init; }

        public bool SerializeEveryCall { get; init; } = Environment.GetEnvironmentVariable("DATAGRID_SERIALIZE_CALLS") == "1";

        public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

        public int MaxQueuedRequests { get; init; } = 1000;

        /// <summary>Idle activations go soon where their age is measured by the machine's clock.</summary>
        public bool CollectsSoon { get; init; }

        public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);
    }
}

/// <summary>Where grains and tests meet: signals by name, and a record of what happened.</summary>
internal sealed class Probe
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _signals = new();

    public ConcurrentQueue<string> Events { get; } = new();

    /// <summary>Completes when the signal was given; fails when that takes longer than anything here should.</summary>
    public Task Wait(string name) => Signal(name).Task.WaitAsync(TimeSpan.FromSeconds(60));

    public void Set(string name) => Signal(name).TrySetResult();

    private TaskCompletionSource Signal(string name) => _signals.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
