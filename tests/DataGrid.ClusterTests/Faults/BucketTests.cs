using System.Diagnostics;
using System.Globalization;
using DataGrid.ClusterTests.Support;
using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.FakeS3;
using DataGrid.Grains.Tests.Metadata.Postgres;
using DataGrid.Silo.Owner;

namespace DataGrid.ClusterTests.Faults;

/// <summary>Two silos that share a bucket and nothing else of a disk, as on two machines.</summary>
[Collection(PostgresCollection.Name)]
public sealed class BucketTests(PostgresServer server)
{
    private const string Address = "s3://lake/shared";

    private static readonly string[] Tables = ["silver.sales", "silver.daily", "silver.balance", "gold.ledger"];

    [Fact]
    public async Task Silos_on_machines_of_their_own_share_tables_in_a_bucket_also_when_one_is_killed()
    {
        await using var bucket = await FakeS3Server.StartAsync();
        var states = Directory.CreateTempSubdirectory("datagrid-states-");
        try
        {
            await using var bed = new ClusterBed(await server.CreateAsync()) { Tables = Address, Variables = name => Variables(bucket, Path.Combine(states.FullName, name)) };
            await Task.WhenAll(bed.AddAsync("one"), bed.AddAsync("two"));
            var (one, two) = (SilosOf("one"), SilosOf("two"));
            foreach (var silos in (RemoteSilos[])[one, two, one])
            {
                Succeeded(await bed.EndOfAsync(await bed.SubmitAsync(silos), silos));
                bed.Bakery.AddBatch();
            }
            await bed["one"].SignalAsync("KILL");
            await bed["one"].EndsAsync();
            Succeeded(await bed.EndOfAsync(await bed.SubmitAsync(two), two));

            // The same project in a folder of its own, by one process.
            Assert.Null((await bed.Bakery.Project.RunAsync()).Problem);
            foreach (var table in Tables)
            {
                var query = $"select * from {table} order by all";
                Assert.Equal(await CommandAsync([], "query", query, "--format", "csv", "--root", bed.Root), await CommandAsync(Variables(bucket, Path.Combine(states.FullName, "two")), "query", query, "--format", "csv", "--root", Address));
            }
        }
        finally
        {
            states.Delete(recursive: true);
        }

        RemoteSilos SilosOf(string name) =>
            new(Path.Combine(states.FullName, name, StableHash.Of(Address).ToString("x16", CultureInfo.InvariantCulture)), new OwnerClientOptions(), TimeProvider.System);
    }

    private static void Succeeded(RunRecord run) => Assert.Equal((RunStatus.Succeeded, null), (run.Status, run.Problem?.Message));

    private static (string Name, string Value)[] Variables(FakeS3Server bucket, string state) =>
    [
        ("AWS_ACCESS_KEY_ID", FakeS3Server.AccessKey), ("AWS_SECRET_ACCESS_KEY", FakeS3Server.SecretKey), ("DATAGRID_S3_ENDPOINT", bucket.Endpoint), ("DATAGRID_S3_REGION", FakeS3Server.Region),
        ("DATAGRID_STATE", state),
    ];

    private static async Task<string> CommandAsync((string Name, string Value)[] variables, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in (string[])[Path.Combine(AppContext.BaseDirectory, "datagrid.dll"), .. arguments]) start.ArgumentList.Add(word);
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var command = Process.Start(start)!;
        var (said, complained) = (command.StandardOutput.ReadToEndAsync(), command.StandardError.ReadToEndAsync());
        await command.WaitForExitAsync().WaitAsync(ClusterBed.Patience);
        Assert.True(command.ExitCode == 0, await complained);
        return await said;
    }
}
