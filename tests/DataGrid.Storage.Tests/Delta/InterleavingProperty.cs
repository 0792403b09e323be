using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace DataGrid.Storage.Tests.Delta;

/// <summary>
/// Any interleaving of what several writers do, each on a view of the table that may be old, gives what a list of rows gives when the same commits are applied one after the other;
/// and which commits succeed is what the rules of conflicts say.
/// </summary>
public sealed class InterleavingProperty
{
    private const int Writers = 3;

    // One engine for all plays: opening one costs more than a play.
    private static readonly LogEngine Engine = new(new DeltaTableOptions());

    private enum Step
    {
        Append,
        CheckedAppend,
        Merge,
        Replace,
        Compact,
        Restore,
        Repeat,
        Look,
        Die,
        Checkpoint,
        CleanUp,
    }

    private static readonly Step[] Weighted =
    [
        Step.Append, Step.Append, Step.Append, Step.CheckedAppend, Step.Merge, Step.Merge, Step.Replace, Step.Compact, Step.Compact, Step.Restore, Step.Repeat, Step.Look, Step.Look, Step.Look, Step.Die,
        Step.Checkpoint, Step.CleanUp,
    ];

    [Fact]
    public void Any_interleaving_equals_the_sequential_oracle()
    {
        var steps = Arb.From(Gen.Choose(0, (Weighted.Length * Writers * 64) - 1).ArrayOf(), Shorter);
        Prop.ForAll<int[]>(steps, static program => Play(program)).Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(45));
    }

    private static IEnumerable<int[]> Shorter(int[] program)
    {
        for (var half = program.Length / 2; half > 1; half /= 2) yield return program[..^half];
        for (var at = program.Length - 1; at >= 0; at--) yield return [.. program[..at], .. program[(at + 1)..]];
    }

    private static bool Play(int[] program) => PlayAsync(program).GetAwaiter().GetResult();

    private static async Task<bool> PlayAsync(int[] program)
    {
        using var test = new TestTable(engine: Engine, options: new DeltaTableOptions { CheckpointInterval = 4, LogRetention = TimeSpan.FromHours(20), OnBackgroundFault = static (what, fault) => throw new InvalidOperationException(what, fault) });
        var world = new World(test);
        foreach (var code in program)
        {
            var (step, writer, choice) = (Weighted[code % Weighted.Length], code / Weighted.Length % Writers, code / Weighted.Length / Writers);
            await world.PlayAsync(step, writer, choice);
            await world.NoteCleanUpAsync();
            test.Clock.Advance(TimeSpan.FromHours(1));
            Assert.Equal(world.Rows, await test.FreshRowsAsync());
        }
        await world.CheckHistoryAsync();
        return true;
    }

    private sealed class World(TestTable test)
    {
        private readonly DeltaTable[] _writers = [.. Enumerable.Range(0, Writers).Select(_ => test.Open())];
        private readonly Snapshot?[] _seen = new Snapshot?[Writers];
        private readonly List<(List<long> Rows, bool ChangesData)> _versions = [];
        private readonly List<(CommitRequest Request, long Version)> _done = [];
        private readonly Dictionary<string, List<long>> _files = [];
        private long _nextRow;
        private int _nextRun;
        private long _oldest;

        internal List<long> Rows => _versions.Count == 0 ? [] : _versions[^1].Rows;

        internal async Task PlayAsync(Step step, int writer, int choice)
        {
            switch (step)
            {
                case Step.Look:
                    _seen[writer] = await _writers[writer].ReadHeadAsync(default);
                    return;
                case Step.Die:
                    // Its successor may start from what another of its process has read, however long ago.
                    (_writers[writer], _seen[writer]) = (test.Open(known: _seen[choice % Writers]), null);
                    return;
                case Step.Checkpoint:
                    await _writers[writer].CheckpointAsync(default);
                    return;
                case Step.CleanUp:
                    await _writers[writer].CleanUpLogAsync(default);
                    return;
                case Step.Repeat:
                    if (_done.Count == 0) return;
                    var (earlier, version) = _done[choice % _done.Count];
                    var again = await CommitAsync(writer, earlier with { CommitId = Guid.NewGuid() });
                    Assert.True(again is CommitOutcome.AlreadyDone(var at) && (at == version || version < _oldest), $"{again} instead of AlreadyDone({version})");
                    return;
            }
            if (await RequestAsync(step, writer, choice) is not { } plan) return;
            var outcome = await CommitAsync(writer, plan.Request);
            await _writers[writer].CheckpointsAsync();
            if (Expected(plan.Request) is { } why)
            {
                Assert.True(outcome is CommitOutcome.Conflict, $"{step} on version {plan.Request.BaseVersion} gave {outcome}, but {why}");
                return;
            }
            Assert.Equal(new CommitOutcome.Committed(_versions.Count), outcome);
            // Bringing back what is there anyway changes no file, and so disturbs nobody.
            var before = HeadFiles.ToHashSet();
            var changesFiles = !before.SetEquals(await FilesAsync());
            _versions.Add((plan.Rows(), plan.Request.Kind != CommitKind.Compaction && (plan.Request.Kind != CommitKind.Restore || changesFiles)));
            if (plan.Request.Transaction is not null) _done.Add((plan.Request, _versions.Count - 1));
        }

        internal async Task CheckHistoryAsync()
        {
            for (var version = (int)_oldest; version < _versions.Count; version++)
            {
                using var reader = new DeltaTable(test.Store, test.Paths, test.Engine, test.Options, test.Clock);
                Assert.Equal(_versions[version].Rows, await test.RowsAsync(await reader.ReadVersionAsync(version, default)));
            }
        }

        // A writer that was replaced opens the table anew and asks again, as its successor would.
        private async Task<CommitOutcome> CommitAsync(int writer, CommitRequest request)
        {
            var outcome = await _writers[writer].CommitAsync(request, default);
            if (outcome is not CommitOutcome.Fenced) return outcome;
            _writers[writer] = test.Open();
            return await _writers[writer].CommitAsync(request, default);
        }

        private string? Expected(CommitRequest request)
        {
            if (request.Kind == CommitKind.Append) return null;
            if (request.BaseVersion is not { } based) return _versions.Count > 0 ? "a table exists by now" : null;
            if (based < _oldest - 1) return "its base was cleaned up";
            var changed = _versions.Skip((int)based + 1).Any(static version => version.ChangesData);
            if (request.Kind != CommitKind.Compaction) return changed ? "rows have changed since" : request.RemovedPaths.All(IsLive) ? null : "its files are gone";
            return request.RemovedPaths.All(IsLive) ? null : "its files are gone";
        }

        private bool IsLive(string path) => HeadFiles.Contains(path);

        private List<string> HeadFiles { get; set; } = [];

        private async Task<List<string>> FilesAsync()
        {
            using var reader = new DeltaTable(test.Store, test.Paths, test.Engine, test.Options, test.Clock);
            return (await reader.ReadHeadAsync(default))?.Files.Values.Select(static file => file.Path).ToList() ?? [];
        }

        private async Task<(CommitRequest Request, Func<List<long>> Rows)?> RequestAsync(Step step, int writer, int choice)
        {
            HeadFiles = await FilesAsync();
            var (run, seen) = ($"run{_nextRun++}", _seen[writer]);
            var fresh = Enumerable.Range(0, (choice % 3) + 1).Select(_ => _nextRow++).ToArray();
            switch (step)
            {
                case Step.Append:
                case Step.CheckedAppend:
                    var added = await WriteAsync(fresh);
                    return (TestTable.Request(step == Step.Append ? CommitKind.Append : CommitKind.CheckedAppend, run, seen?.Version, added), () => [.. Rows.Concat(fresh).Order()]);
                case Step.Replace:
                    return (TestTable.Request(CommitKind.Replace, run, seen?.Version, await WriteAsync(fresh)), () => [.. fresh.Order()]);
                case Step.Merge when seen is { Files.Count: > 0 }:
                    var victim = seen.OrderedFiles.ElementAt(choice % seen.Files.Count).Path;
                    var merge = TestTable.Request(CommitKind.Merge, run, seen.Version, await WriteAsync(fresh)) with { RemovedPaths = [victim] };
                    return (merge, () => [.. Without(Rows, _files[victim]).Concat(fresh).Order()]);
                case Step.Compact when seen is { Files.Count: > 1 }:
                    var bin = seen.OrderedFiles.Take(2 + (choice % 3)).Select(static file => file.Path).ToList();
                    var joined = await WriteAsync([.. bin.SelectMany(path => _files[path])]);
                    var compaction = TestTable.Request(CommitKind.Compaction, run, seen.Version, joined) with { RemovedPaths = [.. bin], Transaction = null, Schema = null };
                    return (compaction, () => Rows);
                case Step.Restore when seen is not null:
                    var target = Math.Max(_oldest, choice % (seen.Version + 1));
                    if (target > seen.Version) return null;
                    var restore = new CommitRequest { CommitId = Guid.NewGuid(), Kind = CommitKind.Restore, BaseVersion = seen.Version, RestoreTarget = await _writers[writer].ReadVersionAsync(target, default) };
                    return (restore, () => _versions[(int)target].Rows);
                default:
                    return null;
            }
        }

        private async Task<AddFile> WriteAsync(params long[] rows)
        {
            var file = await test.WriteAsync(rows);
            _files[file.Path] = [.. rows];
            return file;
        }

        // A commit may clean up as well, after its checkpoint.
        internal async Task NoteCleanUpAsync()
        {
            var entries = await test.EntriesAsync();
            _oldest = entries.Count == 0 ? 0 : LogFile.Parse(entries[0])!.Version;
        }

        private static List<long> Without(List<long> rows, List<long> gone)
        {
            var left = rows.ToList();
            gone.ForEach(row => left.Remove(row));
            return left;
        }
    }
}
