#if ORLEANS
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Serialization;

namespace DataGrid.Runtime.Tests;

/// <summary>A silo of Orleans. Tests move the clock of grains, calls, collection and reminders; what keeps the silo itself alive has the real one.</summary>
internal static class TestSilo
{
    /// <summary>Where calls are traced.</summary>
    public const string CallSource = "Microsoft.Orleans.Application";

    /// <summary>What tests of timeouts ask for: calls are timed by the machine's clock, and nobody wants to wait half a minute.</summary>
    public static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(2);

    /// <summary>A cluster whose activations can be made to look idle. Their age is measured by the machine's clock.</summary>
    public static readonly TestCluster.Settings CollectingSoon = new() { CollectsSoon = true, RealTime = true };

    /// <summary>Makes all activations look idle: they will.</summary>
    public static void PassCollectionAge(TestCluster cluster) => _ = cluster;

    /// <summary>Lets a call's limit pass by the machine's clock; the other one drives the look at it.</summary>
    public static async Task PassAsync(ManualTime time, Task call, TimeSpan limit)
    {
        while (!call.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(call, Task.Delay(limit / 20));
        }
    }

    public static void AddTestSilo(this HostApplicationBuilder builder, TestCluster.Settings settings)
    {
        foreach (var own in new[] { TimeProviderNames.Membership, TimeProviderNames.SystemTimers, TimeProviderNames.GrainDirectory })
            builder.Services.AddKeyedSingleton(own, TimeProvider.System);
        builder.Services.AddSingleton<IReminderTable, MemoryReminderTable>();
        if (settings.SerializeEveryCall)
            builder.Services.AddSingleton<IOutgoingGrainCallFilter, Wire>();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(FreePort(), gatewayPort: 0);
            silo.Configure<SiloMessagingOptions>(options =>
            {
                options.ResponseTimeout = settings.CallTimeout;
                options.MaxEnqueuedRequestsHardLimit = settings.MaxQueuedRequests;
                options.CancelRequestOnTimeout = true;
            });
            silo.Configure<SchedulingOptions>(options => options.TurnWarningLengthThreshold = TimeSpan.FromMilliseconds(200));
            silo.Configure<GrainCollectionOptions>(options =>
            {
                options.DeactivationTimeout = settings.ShutdownTimeout;
                if (!settings.CollectsSoon)
                    return;
                options.CollectionQuantum = TimeSpan.FromMilliseconds(200);
                options.CollectionAge = TimeSpan.FromSeconds(1);
            });
            silo.AddActivityPropagation();
            silo.AddMemoryGrainStorageAsDefault();
            silo.AddReminders();
        });
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Arguments and results go through Orleans' serializer, as between two silos.</summary>
    private sealed class Wire(Serializer serializer) : IOutgoingGrainCallFilter
    {
        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            for (var i = 0; i < context.Request.GetArgumentCount(); i++)
            {
                if (context.Request.GetArgument(i) is { } argument and not CancellationToken)
                    context.Request.SetArgument(i, Copy(argument));
            }

            await context.Invoke();
            if (context.Result is { } result)
                context.Result = Copy(result);
        }

        private object Copy(object value) => serializer.Deserialize<object>(serializer.SerializeToArray(value))!;
    }
}

/// <summary>Reminders that outlive a silo, but not the process.</summary>
internal sealed class MemoryReminderTable : IReminderTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(GrainId Grain, string Name), ReminderEntry> _rows = [];
    private int _version;

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Read(row => row.GrainId == grainId);

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Read(row =>
    {
        var hash = row.GrainId.GetUniformHashCode();
        return begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
    });

    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) =>
        (await Read(row => row.GrainId == grainId && row.ReminderName == reminderName)).Reminders.SingleOrDefault();

    public Task<string?> UpsertRow(ReminderEntry entry)
    {
        lock (_gate)
        {
            var etag = $"{++_version}";
            _rows[(entry.GrainId, entry.ReminderName)] = Copy(entry, etag);
            return Task.FromResult<string?>(etag);
        }
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        lock (_gate)
            return Task.FromResult(_rows.TryGetValue((grainId, reminderName), out var row) && row.ETag == eTag && _rows.Remove((grainId, reminderName)));
    }

    public Task TestOnlyClearTable() => throw new NotSupportedException();

    private static ReminderEntry Copy(ReminderEntry row, string? etag) =>
        new() { GrainId = row.GrainId, ReminderName = row.ReminderName, StartAt = row.StartAt, Period = row.Period, ETag = etag };

    private Task<ReminderTableData> Read(Func<ReminderEntry, bool> wanted)
    {
        lock (_gate)
            return Task.FromResult(new ReminderTableData(_rows.Values.Where(wanted).Select(row => Copy(row, row.ETag)).ToList()));
    }
}
#endif
