using System.Globalization;
using System.Security.Cryptography;

namespace DataGrid.FakeS3;

/// <summary>An object of the bucket.</summary>
public sealed record FakeObject(string Key, byte[] Content, string ETag, DateTimeOffset Written);

/// <summary>Refuses a request with a status and a code, as S3 words them.</summary>
public sealed class S3RefusedException(int status, string code) : Exception(code)
{
    public int Status { get; } = status;

    public string Code { get; } = code;
}

/// <summary>The bucket's objects and open uploads. Every change is one step under one lock.</summary>
public sealed class FakeBucket(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, FakeObject> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Upload> _uploads = [];

    public IReadOnlyList<FakeObject> Objects
    {
        get
        {
            lock (_gate) return [.. _objects.Values];
        }
    }

    public int OpenUploads
    {
        get
        {
            lock (_gate) return _uploads.Count;
        }
    }

    public FakeObject Put(string key, byte[] content, bool onlyIfAbsent)
    {
        var made = new FakeObject(key, content, $"\"{Convert.ToHexStringLower(MD5.HashData(content))}\"", clock.GetUtcNow());
        lock (_gate)
        {
            if (onlyIfAbsent && _objects.ContainsKey(key)) throw new S3RefusedException(412, "PreconditionFailed");
            return _objects[key] = made;
        }
    }

    public FakeObject? Find(string key)
    {
        lock (_gate) return _objects.GetValueOrDefault(key);
    }

    public void Delete(string key)
    {
        lock (_gate) _objects.Remove(key);
    }

    public string Begin(string key)
    {
        var id = Guid.NewGuid().ToString("N");
        lock (_gate) _uploads[id] = new Upload(key, clock.GetUtcNow(), []);
        return id;
    }

    public string PutPart(string key, string id, int number, byte[] content)
    {
        lock (_gate)
        {
            var tag = $"\"{Convert.ToHexStringLower(MD5.HashData(content))}\"";
            Of(key, id).Parts[number] = (tag, content);
            return tag;
        }
    }

    public FakeObject Complete(string key, string id, IReadOnlyList<(int Number, string ETag)> parts)
    {
        lock (_gate)
        {
            var upload = Of(key, id);
            if (parts.Count == 0 || !parts.Select(static part => part.Number).SequenceEqual(parts.Select(static part => part.Number).Order())) throw new S3RefusedException(400, "InvalidPartOrder");
            foreach (var (number, tag) in parts)
                if (!upload.Parts.TryGetValue(number, out var part) || part.ETag.Trim('"') != tag.Trim('"')) throw new S3RefusedException(400, "InvalidPart");
            if (parts.SkipLast(1).Any(part => upload.Parts[part.Number].Content.Length < 5 << 20)) throw new S3RefusedException(400, "EntityTooSmall");
            var content = parts.SelectMany(part => upload.Parts[part.Number].Content).ToArray();
            var tags = MD5.HashData([.. parts.SelectMany(part => Convert.FromHexString(upload.Parts[part.Number].ETag.Trim('"')))]);
            _uploads.Remove(id);
            return _objects[key] = new FakeObject(key, content, string.Create(CultureInfo.InvariantCulture, $"\"{Convert.ToHexStringLower(tags)}-{parts.Count}\""), clock.GetUtcNow());
        }
    }

    public void Abort(string key, string id)
    {
        lock (_gate)
        {
            Of(key, id);
            _uploads.Remove(id);
        }
    }

    public IReadOnlyList<(string Key, string Id, DateTimeOffset Begun)> Uploads(string prefix)
    {
        lock (_gate) return [.. _uploads.Where(one => one.Value.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(static one => (one.Value.Key, one.Key, one.Value.Begun))];
    }

    private Upload Of(string key, string id) => _uploads.TryGetValue(id, out var upload) && upload.Key == key ? upload : throw new S3RefusedException(404, "NoSuchUpload");

    private sealed record Upload(string Key, DateTimeOffset Begun, Dictionary<int, (string ETag, byte[] Content)> Parts);
}
