namespace DataGrid.DuckDb.Native;

/// <summary>Keeps a handle open while a call uses it: a Dispose on another thread takes effect afterwards.</summary>
internal readonly ref struct HandleUse
{
    private readonly OwnedHandle _handle;

    /// <exception cref="ObjectDisposedException">The handle is closed.</exception>
    internal HandleUse(OwnedHandle handle)
    {
        ObjectDisposedException.ThrowIf(handle.IsDisposed, handle);
        var held = false;
        handle.DangerousAddRef(ref held);
        _handle = handle;
    }

    public void Dispose() => _handle.DangerousRelease();
}
