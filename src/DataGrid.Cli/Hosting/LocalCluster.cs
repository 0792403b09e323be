using System.Globalization;
using System.Text.Json;
using DataGrid.Cli.Rendering;
using DataGrid.Contracts.Errors;
using DataGrid.Gateway;
using DataGrid.Metadata;
using DataGrid.Metadata.Postgres;
using DataGrid.Metadata.Postgres.Local;
using DataGrid.Silo.Cluster;

namespace DataGrid.Cli.Hosting;

/// <summary>
/// PostgreSQL and some silos on this machine, as children of this process. What ends by itself is told and not started again: why it ended should be looked at.
/// </summary>
internal sealed class LocalCluster(CommandContext context, string root, int count, GatewayOptions gateway)
{
    private readonly string _folder = Path.Combine(root, "cluster");

    public async Task<int> RunAsync(CancellationToken stop)
    {
        // As long as the silos run, no other process may take the root for itself.
        using var owner = RootOwner.Acquire(root, context.Time);
        Directory.CreateDirectory(_folder);
        var binaries = await PostgresBinaries.FindOrBringAsync(text => context.Terminal.Error.WriteLine(text), stop).ConfigureAwait(false);
        var postgres = await LocalPostgres.StartAsync(binaries, new LocalPostgresOptions { Folder = Path.Combine(root, "postgres") }, stop).ConfigureAwait(false);
        await using (postgres.ConfigureAwait(false))
        {
            await postgres.CreateDatabaseAsync("datagrid", stop).ConfigureAwait(false);
            var connection = postgres.ConnectionText("datagrid");
            await SayAsync($"PostgreSQL {binaries.Version} ({(binaries.IsBrought ? "brought by npm" : binaries.Folder)}) holds the metadata on port {postgres.Port}").ConfigureAwait(false);
            var silos = new List<SiloProcess>();
            try
            {
                for (var number = 1; number <= count; number++) silos.Add(await StartAsync(number, connection, stop).ConfigureAwait(false));
                return await WatchAsync(silos, DatabaseConnection.Parse(connection).ToString(), stop).ConfigureAwait(false);
            }
            finally
            {
                ClusterFile.Remove(root);
                await Task.WhenAll(silos.Select(static silo => silo.StopAsync())).ConfigureAwait(false);
                await SayAsync("all silos have stopped").ConfigureAwait(false);
            }
        }
    }

    private async Task<SiloProcess> StartAsync(int number, string connection, CancellationToken stop)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"silo-{number}");
        var file = Path.Combine(_folder, $"{name}.yaml");
        // Silos of one machine share its memory and its processors. The longest step of a run is one task of one silo: it must not be left with a single thread while other
        // processors have nothing to do.
        var threads = Math.Max(Math.Min(2, Environment.ProcessorCount), Environment.ProcessorCount / count);
        var megabytes = Math.Max(128, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 10 * 6 / count / 1_000_000);
        await File.WriteAllTextAsync(
            file,
            string.Create(CultureInfo.InvariantCulture, $$"""
                # Written by datagrid up, each time anew.
                cluster: local
                silo: {{name}}
                root: ..
                listen: 127.0.0.1:0
                gateway: "{{gateway.Address}}:{{(gateway.Port == 0 ? 0 : gateway.Port + number - 1)}}"
                api: {{Api()}}
                metadata: ${{{DatabaseConnection.Variable}}}
                worker: {memory: {{megabytes}}MB, threads: {{threads}}}

                """),
            stop).ConfigureAwait(false);
        return SiloProcess.Start(name, file, Path.Combine(_folder, $"{name}.out"), root, connection, context.Time);
    }

    /// <summary>JSON is YAML too.</summary>
    private string Api() => JsonSerializer.Serialize(
        new Dictionary<string, object?> { ["keys"] = gateway.NeedsKeys, ["issuer"] = gateway.Issuer, ["audience"] = gateway.Audience, ["data"] = gateway.DataFolders.IsEmpty ? null : gateway.DataFolders.Select(Path.GetFullPath).ToArray() }
            .Where(static entry => entry.Value is not null).ToDictionary());

    private async Task<int> WatchAsync(List<SiloProcess> silos, string metadata, CancellationToken stop)
    {
        foreach (var silo in silos)
        {
            var address = await silo.ReadyAsync(stop).ConfigureAwait(false);
            if (address is null) throw Failed(silo);
            await SayAsync($"{silo.Name}  process {silo.ProcessId}  {address}  API {silo.Gateway}/api/v1").ConfigureAwait(false);
        }

        new ClusterFile
        {
            ProcessId = Environment.ProcessId,
            Metadata = metadata,
            Silos = [.. silos.Select(silo => new ClusterMember(silo.Name, silo.ProcessId, silo.Log, silo.Configuration))],
        }.Write(root);
        await SayAsync($"{Humane.Count(silos.Count, "silo")} run on {root}; give them work with datagrid run FOLDER --cluster --root {root}; Ctrl+C stops them").ConfigureAwait(false);
        var running = silos.ToList();
        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, context.Time, stop);
        while (running.Count > 0)
        {
            var ended = await Task.WhenAny([stopped, .. running.Select(static silo => silo.Ended)]).ConfigureAwait(false);
            if (ended == stopped) return 0;
            foreach (var silo in running.Where(static silo => silo.Ended.IsCompleted).ToList())
            {
                running.Remove(silo);
                await SayAsync($"{silo.Name} ended with {await silo.Ended.ConfigureAwait(false)}; {Humane.Count(running.Count, "silo")} go on. Its output is in {silo.Output}, its log in {silo.Log}").ConfigureAwait(false);
            }
        }

        return context.Fail(new Problem { Code = ErrorCodes.EnvironmentIncomplete, Message = "no silo runs any more", Help = $"look into the logs in {Path.Combine(root, "logs")}" });
    }

    private static DataGridException Failed(SiloProcess silo) => new(new Problem
    {
        Code = ErrorCodes.EnvironmentIncomplete,
        Message = $"{silo.Name} did not start: {string.Join(' ', File.Exists(silo.Output) ? File.ReadLines(silo.Output).TakeLast(5) : [])}",
        Help = $"look into {silo.Log} and {silo.Output}",
    });

    private async Task SayAsync(string line)
    {
        await context.Terminal.Out.WriteLineAsync(line).ConfigureAwait(false);
        await context.Terminal.Out.FlushAsync().ConfigureAwait(false);
    }
}
