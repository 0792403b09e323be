using DataGrid.Contracts.Storage;
using DataGrid.Storage.Local;

namespace DataGrid.Storage.Tests.Local;

/// <summary>A disk that forgets what was not flushed, at every moment of every call that writes: names, contents and folders each have to be flushed to stay.</summary>
public sealed class PowerCutTests : IDisposable
{
    private static readonly byte[] Content = [1, 2, 3];
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "datagrid-tests", Guid.NewGuid().ToString("N"))).FullName;
    private readonly ShadowDisk _disk;
    private readonly LocalObjectStore _store;

    public PowerCutTests()
    {
        _store = LocalObjectStore.Open(_folder);
        _disk = new ShadowDisk(_folder);
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_power_cut_and_no_name_ever_has_lost_content()
    {
        DurableFiles.Steps.Value = _disk.Note;
        var created = ObjectPath.Parse("a/b/created");
        Assert.Equal(PutOutcome.Created, await _store.PutIfAbsentAsync(created, Content, default));
        AssertKept(created);
        Assert.Equal(PutOutcome.Exists, await _store.PutIfAbsentAsync(created, Content, default));
        AssertKept(created);
        var replaced = ObjectPath.Parse("a/c/replaced");
        for (var i = 0; i < 2; i++) await _store.PutAsync(replaced, Content, default);
        AssertKept(replaced);
        var staged = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "staging")).FullName, "staged");
        await File.WriteAllBytesAsync(staged, Content);
        _disk.Note(DurableStep.Written, staged, staged);
        var adopted = ObjectPath.Parse("d/adopted");
        await _store.AdoptAsync(staged, adopted, default);
        AssertKept(adopted);
        Assert.Empty(_disk.Findings);
    }

    [Fact]
    public void The_shadow_sees_a_name_without_content_and_one_that_is_lost()
    {
        var file = Path.Combine(_folder, "x");
        _disk.Note(DurableStep.Written, "t", "t");
        _disk.Note(DurableStep.Named, "t", file);
        Assert.False(_disk.Keeps(file));
        _disk.Note(DurableStep.FolderSynced, _folder, _folder);
        Assert.Single(_disk.Findings);
        Assert.False(_disk.Keeps(file));
        _disk.Note(DurableStep.FileSynced, file, file);
        Assert.True(_disk.Keeps(file));
    }

    public void Dispose()
    {
        DurableFiles.Steps.Value = null;
        Directory.Delete(_folder, recursive: true);
    }

    private void AssertKept(ObjectPath path) => Assert.True(_disk.Keeps(_store.LocalPath(path)!), $"{path} was acknowledged and would be lost");

    /// <summary>What the device holds. A file is known by the name that it had first.</summary>
    private sealed class ShadowDisk(string root)
    {
        private readonly Dictionary<string, string> _names = [];
        private readonly Dictionary<string, string> _keptNames = [];
        private readonly HashSet<string> _keptContents = [];
        private readonly HashSet<string> _newFolders = [];

        public List<string> Findings { get; } = [];

        public void Note(DurableStep step, string what, string name)
        {
            switch (step)
            {
                case DurableStep.Written:
                    _names[what] = what + Guid.NewGuid();
                    break;
                case DurableStep.FileSynced:
                    _keptContents.Add(_names[what]);
                    break;
                case DurableStep.Named:
                    _names[name] = _names[what];
                    break;
                case DurableStep.FolderMade:
                    _newFolders.Add(what);
                    break;
                default:
                    Keep(what);
                    break;
            }
        }

        public bool Keeps(string file)
        {
            for (var folder = Path.GetDirectoryName(file)!; folder.Length > root.Length; folder = Path.GetDirectoryName(folder)!)
                if (_newFolders.Contains(folder)) return false;
            return _keptNames.TryGetValue(file, out var content) && content == _names[file] && _keptContents.Contains(content);
        }

        private void Keep(string folder)
        {
            _newFolders.RemoveWhere(made => Path.GetDirectoryName(made) == folder);
            foreach (var (name, content) in _names.Where(entry => Path.GetDirectoryName(entry.Key) == folder && !Path.GetFileName(entry.Key).StartsWith(DurableFiles.TemporaryPrefix, StringComparison.Ordinal)))
            {
                _keptNames[name] = content;
                if (!_keptContents.Contains(content)) Findings.Add($"{name} is on the device before its content");
            }
        }
    }
}
