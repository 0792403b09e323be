using System.Diagnostics.CodeAnalysis;
using DataGrid.DuckDb;

namespace DataGrid.Metadata.Embedded;

/// <summary>
/// Something to do with the store. May be executed more than once, when its batch fails; only the last execution counts, and it is answered
/// after the commit that holds it.
/// </summary>
internal abstract class Operation
{
    public abstract bool Writes { get; }

    /// <summary>How many of its kind are executed in one statement; null when each is executed alone.</summary>
    public virtual IBulk? Bulk => null;

    /// <summary>The row that it is about; two of one kind with the same row are never in one statement.</summary>
    public virtual string? RowId => null;

    public abstract void Execute(Session session);

    public abstract void Complete();

    public abstract void Fail(Exception error);
}

/// <summary>A kind of operation that is cheaper done together: a statement costs more than a row.</summary>
internal interface IBulk
{
    void Execute(Session session, IReadOnlyList<Operation> operations);
}

/// <summary>An operation with a typed answer.</summary>
internal abstract class Operation<T> : Operation
{
    private readonly TaskCompletionSource<T> _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _error;

    public Task<T> Task => _waiting.Task;

    public T? Result { get; set; }

    [SuppressMessage("Design", "CA1031", Justification = "What is not the database's fault is this operation's answer, and no reason to give up its batch.")]
    public override void Execute(Session session)
    {
        _error = null;
        try
        {
            Result = Run(session);
        }
        catch (Exception error) when (error is not DuckDbException)
        {
            _error = error;
        }
    }

    public override void Complete()
    {
        if (_error is null)
            _waiting.TrySetResult(Result!);
        else
            _waiting.TrySetException(_error);
    }

    public override void Fail(Exception error) => _waiting.TrySetException(error);

    protected abstract T Run(Session session);
}

/// <summary>An operation that is a function.</summary>
internal sealed class FunctionOperation<T>(bool writes, Func<Session, T> work) : Operation<T>
{
    public override bool Writes => writes;

    protected override T Run(Session session) => work(session);
}
