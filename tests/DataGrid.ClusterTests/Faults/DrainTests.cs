using System.Text.Json;
using DataGrid.ClusterTests.Support;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Tests.Metadata.Postgres;

namespace DataGrid.ClusterTests.Faults;

/// <summary>A silo is told to stop while a run goes on.</summary>
[Collection(PostgresCollection.Name)]
public sealed class DrainTests(PostgresServer server)
{
    [Fact]
    public async Task Told_to_stop_a_silo_hands_its_work_over_and_leaves_and_its_log_is_json_to_the_last_line()
    {
        await using var bed = await ClusterBed.StartAsync(server, "one", "two");
        Assert.Null((await bed.RunAsync()).Problem);
        foreach (var name in (string[])["one", "two"])
        {
            bed.Bakery.AddBatch();
            var run = await bed.SubmitAsync();

            await bed[name].SignalAsync("TERM");

            Assert.Equal(0, await bed[name].EndsAsync());
            // Who stops says so itself: nobody had to declare it dead.
            Assert.DoesNotContain(name, await bed.MembersAsync(), StringComparison.Ordinal);
            var ended = await bed.EndOfAsync(run);
            Assert.True(ended.Status == RunStatus.Succeeded, $"{ended.Status}: {ended.Problem?.Message}\n{bed.Logs()}");
            await bed.AddAsync(name);
        }

        Assert.Empty(await bed.CheckAsync());
        foreach (var log in Directory.EnumerateFiles(Path.Combine(bed.Root, "logs"), "*.log"))
            Assert.All(await ReadSharedAsync(log), static line =>
            {
                using var entry = JsonDocument.Parse(line);
                Assert.All((string[])["time", "level", "category", "event", "message"], name => Assert.True(entry.RootElement.TryGetProperty(name, out _), line));
            });
    }

    private static async Task<string[]> ReadSharedAsync(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var text = await reader.ReadToEndAsync();
        // The last line may be half there while its silo runs.
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
