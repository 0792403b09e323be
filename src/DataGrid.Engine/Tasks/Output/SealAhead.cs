using System.Runtime.ExceptionServices;

namespace DataGrid.Engine.Tasks.Output;

/// <summary>Seals written files on a thread of its own while checks read them: a flush waits for the disk and a check for the processor.
/// Whoever disposes it waits until no file is held open any more.</summary>
internal sealed class SealAhead : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Thread? _thread;
    private (long Bytes, string Hash)[] _seals = [];
    private ExceptionDispatchInfo? _fault;

    /// <param name="files">Files that nothing writes any more.</param>
    /// <param name="cancellation">Ends the sealing.</param>
    public SealAhead(IReadOnlyList<WrittenFile> files, CancellationToken cancellation)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (files.Count == 0)
            return;
        _thread = new Thread(() => Run(files)) { IsBackground = true, Name = "seal" };
        _thread.Start();
    }

    /// <summary>Waits until all are sealed.</summary>
    /// <returns>Length and hash of each, in the order of the files.</returns>
    public (long Bytes, string Hash)[] Finish()
    {
        _thread?.Join();
        _fault?.Throw();
        return _seals;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
        _stop.Dispose();
    }

    private void Run(IReadOnlyList<WrittenFile> files)
    {
        try
        {
            _seals = FileSeal.SealAll([.. files.Select(file => file.Path)], _stop.Token);
        }
#pragma warning disable CA1031 // A thread has nobody above it: who finishes gets it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _fault = ExceptionDispatchInfo.Capture(fault);
        }
    }
}
