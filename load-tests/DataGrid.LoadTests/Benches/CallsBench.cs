#if !ORLEANS
using System.Diagnostics;
using System.Net;
using DataGrid.Runtime;
using DataGrid.Runtime.Membership;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.LoadTests.Benches;

/// <summary>Calls to a grain on another silo, beside calls to one on the same silo.</summary>
internal sealed class CallsBench : IBench
{
    private const int Calls = 5000;
    private const int AtOnce = 64;
    private const double MostMicroseconds = 300;
    private const double MostOfACore = 0.02;
    private const int IdleSilos = 3;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(5);

    public string Name => "calls";

    public string Description => "a grain calls a grain on another silo, over loopback; and what three silos that do nothing cost";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        var store = new MemoryMembershipStore(TimeProvider.System);
        var hosts = new List<IHost>();
        try
        {
            for (var i = 0; i < IdleSilos; i++) hosts.Add(await StartAsync(store, $"silo-{i}"));
            var client = hosts[0].Services.GetRequiredService<IClusterClient>();
            var (near, far) = await FindAsync(client);
            var slowest = new List<double>();
            var measured = await Contest.RunAsync(context.Rounds,
                new Contender("here, median", "µs", async _ => Percentile(await OneByOneAsync(near), 0.5)),
                new Contender("elsewhere, median", "µs", async _ =>
                {
                    var times = await OneByOneAsync(far);
                    slowest.Add(Percentile(times, 0.99));
                    return Percentile(times, 0.5);
                }),
                new Contender($"elsewhere, {AtOnce} at once", "calls/s", _ => ManyAsync(far)),
                new Contender($"{IdleSilos} idle silos", "cores", _ => IdleAsync()));
            if (await near.Where() != "silo-0" || await far.Where() != "silo-1") throw new InvalidOperationException("a grain moved while it was measured");
            return new BenchReport
            {
                Bench = Name,
                Measured = measured,
                Judged =
                [
                    new Judged("elsewhere, median", measured[1].Samples, MostMicroseconds, Unit: "µs"),
                    new Judged($"{IdleSilos} idle silos", measured[3].Samples, MostOfACore, Unit: "cores"),
                ],
                Notes =
                [
                    $"99 of 100 calls elsewhere took at most {Statistics.Median(slowest):0} µs; a call elsewhere costs {Statistics.Median(Statistics.Ratios(measured[1], measured[0])):0.0} calls here",
                    "all silos are in this process and share its cores",
                ],
            };
        }
        finally
        {
            foreach (var host in hosts)
            {
                await host.StopAsync();
                host.Dispose();
            }
        }
    }

    private static async Task<IHost> StartAsync(MemoryMembershipStore store, string name)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton<IMembershipStore>(store);
        builder.Services.AddEmbeddedSilo(options =>
        {
            options.SiloName = name;
            options.GrainAssemblies.Add(typeof(CallsBench).Assembly);
        });
        builder.Services.AddSiloClustering(options => options.ListenEndpoint = new IPEndPoint(IPAddress.Loopback, 0));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>A grain on the first silo and one on another, once all silos know each other: before that, grains still move.</summary>
    private static async Task<(IEchoGrain Near, IEchoGrain Far)> FindAsync(IClusterClient client)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromMinutes(1))
        {
            var places = new Dictionary<string, IEchoGrain>();
            for (var i = 0; i < 50; i++)
            {
                var grain = client.GetGrain<IEchoGrain>($"echo-{i}");
                places[await grain.Where()] = grain;
            }
            if (places.Count == IdleSilos) return (places["silo-0"], places["silo-1"]);
            await Task.Delay(100);
        }
        throw new InvalidOperationException("the silos did not find each other");
    }

    private static async Task<double[]> OneByOneAsync(IEchoGrain grain)
    {
        var times = new double[Calls];
        for (var i = 0; i < Calls; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await grain.Echo(new EchoMessage { Text = "a message of some length", Number = i });
            times[i] = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        }
        return times;
    }

    private static async Task<double> ManyAsync(IEchoGrain grain)
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            for (var i = 0; i < Calls / AtOnce * 4; i++) await grain.Echo(new EchoMessage { Text = "a message of some length", Number = i });
        }));
        return Calls / AtOnce * 4 * AtOnce / clock.Elapsed.TotalSeconds;
    }

    /// <summary>The processor time of this process while nobody calls, by the time that passes.</summary>
    private static async Task<double> IdleAsync()
    {
        using var process = Process.GetCurrentProcess();
        var (before, clock) = (process.TotalProcessorTime, Stopwatch.StartNew());
        while (clock.Elapsed < IdleTime) await Task.Delay(IdleTime - clock.Elapsed + TimeSpan.FromMilliseconds(1));
        process.Refresh();
        return (process.TotalProcessorTime - before) / clock.Elapsed;
    }

    private static double Percentile(double[] times, double part) => times.Order().ElementAt((int)(times.Length * part));
}

/// <summary>A grain that answers at once.</summary>
public interface IEchoGrain : IGrainWithStringKey
{
    /// <summary>Returns what came.</summary>
    Task<EchoMessage> Echo(EchoMessage message);

    /// <summary>The silo's name.</summary>
    Task<string> Where();
}

/// <summary>A small message.</summary>
[GenerateSerializer, Alias("EchoMessage")]
public sealed record EchoMessage
{
    /// <summary>Some text.</summary>
    [Id(0)] public required string Text { get; init; }

    /// <summary>Some number.</summary>
    [Id(1)] public required long Number { get; init; }
}

/// <inheritdoc cref="IEchoGrain"/>
[GrainType("echo")]
public sealed class EchoGrain(ILocalSiloDetails silo) : Grain, IEchoGrain
{
    /// <inheritdoc/>
    public Task<EchoMessage> Echo(EchoMessage message) => Task.FromResult(message);

    /// <inheritdoc/>
    public Task<string> Where() => Task.FromResult(silo.Name);
}
#endif
