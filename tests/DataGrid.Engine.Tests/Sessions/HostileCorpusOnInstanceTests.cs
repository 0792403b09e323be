using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Sessions;
using DataGrid.Engine.Tests.Hostile;

namespace DataGrid.Engine.Tests.Sessions;

/// <summary>The corpus against the second wall alone: what the gate would refuse runs here, and still nothing outside is read, made or changed.</summary>
public sealed class HostileCorpusOnInstanceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string> Ids => new(HostileCorpus.All.Where(c => c.Instance != "gate_only").Select(c => c.Id));

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_locked_instance_alone_keeps_every_hostile_text_inside(string id)
    {
        var hostile = HostileCorpus.Find(id);
        var output = _folder.Folder("out");
        var here = Directory.EnumerateFileSystemEntries(Directory.GetCurrentDirectory()).Order().ToList();
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        DuckDbException? refusal = null;
        var isStopped = false;
        using (var locked = LockedInstance.Open(new EngineOptions { TemporaryDirectory = _folder["spill"] }, new InstanceSetup
        {
            Limits = new TaskLimits { MemoryBytes = 256L << 20, Threads = 1, TemporaryBytes = 1L << 20 },
            OutputDirectory = output,
            Prepare = c => c.Execute("CREATE SCHEMA raw; CREATE TABLE raw.t (a INTEGER, b VARCHAR); INSERT INTO raw.t VALUES (1, 'x')"),
        }))
        {
            try
            {
                using var result = locked.Connection.Query(hostile.Sql, source.Token);
                while (result.ReadChunk(source.Token) is { } chunk)
                    chunk.Dispose();
            }
            catch (DuckDbException e)
            {
                refusal = e;
            }
            catch (OperationCanceledException)
            {
                // A text that only takes long can be stopped: that is a refusal too.
                isStopped = true;
            }
        }
        if (hostile.Instance == "refuses")
            Assert.True(isStopped || refusal is not null);
        Assert.Empty(_folder.Snapshot());
        Assert.Equal(here, Directory.EnumerateFileSystemEntries(Directory.GetCurrentDirectory()).Order());
    }

    public void Dispose() => _folder.Dispose();
}
