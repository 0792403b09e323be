using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace DataGrid.Runtime.Wire;

/// <summary>
/// An error: the name of its type, its message, where it was thrown, its cause. Only the types listed here arrive as what they were;
/// every other one as <see cref="UnavailableExceptionFallbackException"/> with the message and the type's name. Text in
/// <see cref="Exception.Data"/> travels with all of them.
/// </summary>
internal sealed class ExceptionCodec : Codec
{
    private const int MaxCauses = 8;

    private static readonly Dictionary<string, Func<string, Exception?, Exception>> Known = new(StringComparer.Ordinal)
    {
        [Name<TimeoutException>()] = static (m, e) => new TimeoutException(m, e),
        [Name<OperationCanceledException>()] = static (m, e) => new OperationCanceledException(m, e),
        [Name<TaskCanceledException>()] = static (m, e) => new TaskCanceledException(m, e),
        [Name<ArgumentException>()] = static (m, e) => new ArgumentException(m, e),
        [Name<ArgumentNullException>()] = static (m, e) => new ArgumentNullException(m, e),
        [Name<ArgumentOutOfRangeException>()] = static (m, e) => new ArgumentOutOfRangeException(m, e),
        [Name<InvalidOperationException>()] = static (m, e) => new InvalidOperationException(m, e),
        [Name<NotSupportedException>()] = static (m, e) => new NotSupportedException(m, e),
        [Name<FormatException>()] = static (m, e) => new FormatException(m, e),
        [Name<KeyNotFoundException>()] = static (m, e) => new KeyNotFoundException(m, e),
        [Name<IOException>()] = static (m, e) => new IOException(m, e),
        [Name<FileNotFoundException>()] = static (m, e) => new FileNotFoundException(m, e),
        [Name<DirectoryNotFoundException>()] = static (m, e) => new DirectoryNotFoundException(m, e),
        [Name<UnauthorizedAccessException>()] = static (m, e) => new UnauthorizedAccessException(m, e),
        [Name<OrleansException>()] = static (m, e) => new OrleansException(m, e!),
        [Name<OrleansMessageRejectionException>()] = static (m, e) => new OrleansMessageRejectionException(m, e!),
        [Name<SiloUnavailableException>()] = static (m, e) => new SiloUnavailableException(m, e!),
        [Name<LimitExceededException>()] = static (m, e) => new LimitExceededException(m, e!),
        [Name<BadProviderConfigException>()] = static (m, e) => new BadProviderConfigException(m, e!),
        [Name<ReminderException>()] = static (m, _) => new ReminderException(m),
    };

    private static readonly string Inconsistent = Name<InconsistentStateException>();

    public override WireKind Kind => WireKind.Bytes;

    public override void Write(WireWriter writer, object value) => Write(writer, (Exception)value, 0);

    public override object? Read(ref WireReader reader)
    {
        var nested = reader.Nested();
        string name = string.Empty, message = string.Empty;
        string? trace = null, stored = null, held = null;
        Exception? cause = null;
        var data = new List<(string Key, string Value)>();
        while (nested.Field(out var number, out var kind))
        {
            switch (number)
            {
                case 0: name = nested.Text(); break;
                case 1: message = nested.Text(); break;
                case 2: trace = nested.Text(); break;
                case 3: cause = (Exception?)ReadPayload(ref nested, kind); break;
                case 4: stored = nested.Text(); break;
                case 5: held = nested.Text(); break;
                case 6: data.Add((nested.Text(), string.Empty)); break;
                case 7 when data.Count > 0: data[^1] = (data[^1].Key, nested.Text()); break;
                default: nested.Skip(kind); break;
            }
        }

        var error = name == Inconsistent ? new InconsistentStateException(message, stored, held, cause) { IsSourceActivation = false }
            : Known.TryGetValue(name, out var make) ? make(message, cause)
            : new UnavailableExceptionFallbackException(message, cause!) { ExceptionType = name };
        foreach (var (key, value) in data)
            error.Data[key] = value;
        return trace is null ? error : System.Runtime.ExceptionServices.ExceptionDispatchInfo.SetRemoteStackTrace(error, trace);
    }

    private static string Name<T>() => typeof(T).FullName!;

    private static void Write(WireWriter writer, Exception error, int depth)
    {
        var begin = writer.BeginNested();
        writer.TextField(0, error is UnavailableExceptionFallbackException { ExceptionType: { } original } ? original : error.GetType().FullName);
        writer.TextField(1, error.Message);
        writer.TextField(2, error.StackTrace);
        if (error.InnerException is { } cause && depth < MaxCauses)
        {
            writer.Field(3, WireKind.Bytes);
            Write(writer, cause, depth + 1);
        }

        if (error is InconsistentStateException lost)
        {
            writer.TextField(4, lost.StoredEtag);
            writer.TextField(5, lost.CurrentEtag);
        }

        foreach (System.Collections.DictionaryEntry entry in error.Data)
        {
            if (entry is not { Key: string key, Value: string value })
                continue;
            writer.TextField(6, key);
            writer.TextField(7, value);
        }

        writer.EndFields();
        writer.EndNested(begin);
    }
}
