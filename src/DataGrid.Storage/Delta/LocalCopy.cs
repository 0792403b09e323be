using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;

namespace DataGrid.Storage.Delta;

/// <summary>An object as a file of this machine: the object itself where the store is a folder, otherwise a copy that goes away with this.</summary>
internal sealed class LocalCopy : IDisposable
{
    private readonly bool _isCopy;

    private LocalCopy(string file, bool isCopy) => (File, _isCopy) = (file, isCopy);

    internal string File { get; }

    /// <exception cref="Contracts.Errors.DataGridException">There is no such object.</exception>
    internal static async Task<LocalCopy> OfAsync(IObjectStore store, ObjectPath path, LogEngine engine, CancellationToken cancellationToken)
    {
        if (store.LocalPath(path) is { } local)
            return System.IO.File.Exists(local) ? new LocalCopy(local, isCopy: false) : throw DeltaFaults.Corrupt($"{path} is not there");
        var source = await store.OpenReadAsync(path, cancellationToken).ConfigureAwait(false) ?? throw DeltaFaults.Corrupt($"{path} is not there");
        await using (source.ConfigureAwait(false))
        {
            var copy = new LocalCopy(engine.NewScratchFile(Path.GetExtension(path.Name)), isCopy: true);
            try
            {
                var target = System.IO.File.Create(copy.File);
                await using (target.ConfigureAwait(false)) await source.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
                return copy;
            }
            catch
            {
                copy.Dispose();
                throw;
            }
        }
    }

    public void Dispose()
    {
        if (_isCopy) System.IO.File.Delete(File);
    }
}
