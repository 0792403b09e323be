#if !ORLEANS
using Microsoft.Extensions.Hosting;

namespace DataGrid.Runtime.Tests;

/// <summary>A silo of the embedded runtime.</summary>
internal static class TestSilo
{
    /// <summary>Where calls are traced.</summary>
    public const string CallSource = "DataGrid.Runtime";

    /// <summary>What tests of timeouts ask for: the default.</summary>
    public static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    /// <summary>A cluster whose activations can be made to look idle.</summary>
    public static readonly TestCluster.Settings CollectingSoon = new();

    /// <summary>Makes all activations look idle.</summary>
    public static void PassCollectionAge(TestCluster cluster) => cluster.Time.Advance(TimeSpan.FromMinutes(16));

    /// <summary>Lets a call's limit pass; until then it waits.</summary>
    public static Task PassAsync(ManualTime time, Task call, TimeSpan limit)
    {
        time.Advance(limit - TimeSpan.FromSeconds(1));
        Assert.False(call.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        return Task.CompletedTask;
    }

    public static void AddTestSilo(this HostApplicationBuilder builder, TestCluster.Settings settings)
    {
        if (!settings.IsAlone && Environment.GetEnvironmentVariable("DATAGRID_TEST_SILOS") is { } silos)
            Clustering.Company.Add(builder, settings, int.Parse(silos, System.Globalization.CultureInfo.InvariantCulture) - 1);
        builder.Services.AddEmbeddedSilo(options =>
        {
            options.GrainAssemblies.Add(typeof(TestCluster).Assembly);
            options.SerializeEveryCall = settings.SerializeEveryCall;
            options.CallTimeout = settings.CallTimeout;
            options.MaxQueuedRequests = settings.MaxQueuedRequests;
            options.ShutdownTimeout = settings.ShutdownTimeout;
            options.DeactivationTimeout = settings.ShutdownTimeout;
        });
        if (!settings.IsAlone && Environment.GetEnvironmentVariable("DATAGRID_TEST_SILOS") is not null)
            Clustering.Company.Agree(builder);
        builder.Services.AddMemoryGrainStorage();
    }
}
#endif
