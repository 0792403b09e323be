using System.Runtime.InteropServices;

namespace DataGrid.DuckDb.Native;

/// <summary>
/// Every native object is a safe handle that keeps its parent alive, so that any order of Dispose (and none) is safe:
/// the instance is closed when its last connection, statement and result are gone.
/// </summary>
internal abstract class OwnedHandle(OwnedHandle? parent) : SafeHandle(0, ownsHandle: true)
{
    private bool _holdsParent;

    public override bool IsInvalid => handle == 0;

    internal nint Raw => handle;

    /// <summary>Dispose was called; the native object may live on for its children, but nobody may use it through this handle.</summary>
    internal bool IsDisposed { get; private set; }

    /// <summary>Takes ownership of <paramref name="raw"/> and a share of the parent.</summary>
    protected void Own(nint raw)
    {
        SetHandle(raw);
        parent?.DangerousAddRef(ref _holdsParent);
    }

    protected abstract void Destroy(ref nint raw);

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }

    protected sealed override bool ReleaseHandle()
    {
        Destroy(ref handle);
        if (_holdsParent)
            parent?.DangerousRelease();
        return true;
    }
}

internal sealed class DatabaseHandle : OwnedHandle
{
    internal DatabaseHandle(nint raw)
        : base(null) => Own(raw);

    protected override void Destroy(ref nint raw) => NativeMethods.Close(ref raw);
}

internal sealed class ConnectionHandle : OwnedHandle
{
    internal ConnectionHandle(DatabaseHandle database, nint raw)
        : base(database) => Own(raw);

    protected override void Destroy(ref nint raw) => NativeMethods.Disconnect(ref raw);
}

internal sealed class StatementHandle : OwnedHandle
{
    internal StatementHandle(ConnectionHandle connection, nint raw)
        : base(connection) => Own(raw);

    protected override void Destroy(ref nint raw) => NativeMethods.DestroyPrepare(ref raw);
}

/// <summary>A result: a C struct in native memory of our own, because the C API wants its address to stay.</summary>
internal sealed unsafe class ResultHandle : OwnedHandle
{
    internal ResultHandle(ConnectionHandle connection)
        : base(connection) => Own((nint)NativeMemory.AllocZeroed((nuint)sizeof(NativeResult)));

    internal NativeResult* Pointer => (NativeResult*)handle;

    protected override void Destroy(ref nint raw)
    {
        NativeMethods.DestroyResult((NativeResult*)raw);
        NativeMemory.Free((void*)raw);
        raw = 0;
    }
}

internal sealed class ChunkHandle : OwnedHandle
{
    /// <param name="result">The result it came from, or null for a chunk of our own.</param>
    /// <param name="raw">The chunk.</param>
    internal ChunkHandle(ResultHandle? result, nint raw)
        : base(result) => Own(raw);

    protected override void Destroy(ref nint raw) => NativeMethods.DestroyDataChunk(ref raw);
}

internal sealed class AppenderHandle : OwnedHandle
{
    internal AppenderHandle(ConnectionHandle connection, nint raw)
        : base(connection) => Own(raw);

    protected override void Destroy(ref nint raw) => _ = NativeMethods.AppenderDestroy(ref raw);
}

internal sealed class LogicalTypeHandle : OwnedHandle
{
    internal LogicalTypeHandle(nint raw)
        : base(null) => Own(raw);

    protected override void Destroy(ref nint raw) => NativeMethods.DestroyLogicalType(ref raw);
}

internal sealed class ValueHandle : OwnedHandle
{
    internal ValueHandle(nint raw)
        : base(null) => Own(raw);

    protected override void Destroy(ref nint raw) => NativeMethods.DestroyValue(ref raw);
}
