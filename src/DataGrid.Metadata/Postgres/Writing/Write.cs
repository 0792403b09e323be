using Npgsql;

namespace DataGrid.Metadata.Postgres.Writing;

/// <summary>
/// One conditional change of one row. May be executed more than once: when it was applied and its answer was lost, the next execution finds
/// its own mark on the row (the version or the attempt that it brought) and gives the same answer.
/// </summary>
internal abstract class Write
{
    /// <summary>How many of its kind are executed in one statement.</summary>
    public abstract IWriteKind Kind { get; }

    /// <summary>How much it adds to a batch.</summary>
    public abstract int Bytes { get; }

    /// <summary>When it was asked for, by the queue's clock.</summary>
    public long Begun { get; set; }

    /// <summary>Whether it was handed to the database at least once.</summary>
    public bool IsSent { get; set; }

    /// <summary>Whether an earlier try ended without a reply, so that it may have been applied.</summary>
    public bool MayBeApplied { get; set; }

    /// <summary>Orders a batch, so that two of them take the rows that they share in the same order.</summary>
    public abstract string Order { get; }

    public abstract void Complete();

    public abstract void Fail(Exception error);
}

/// <summary>A write with a typed answer.</summary>
internal abstract class Write<T> : Write
{
    private readonly TaskCompletionSource<T> _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _waiting.Task;

    public T? Answer { get; set; }

    public override void Complete() => _waiting.TrySetResult(Answer!);

    public override void Fail(Exception error) => _waiting.TrySetException(error);
}

/// <summary>A statement that does many writes of one kind.</summary>
internal interface IWriteKind
{
    /// <summary>The statement: it has one result, a row of one text per write that was applied.</summary>
    NpgsqlBatchCommand Command(IReadOnlyList<Write> writes);

    /// <summary>Gives those their answer that were applied.</summary>
    /// <returns>The others.</returns>
    IReadOnlyList<Write> Settle(IReadOnlyList<Write> writes, HashSet<string> applied);

    /// <summary>Gives the others theirs, from the rows that were in the way.</summary>
    Task ExplainAsync(IReadOnlyList<Write> others, NpgsqlConnection connection);
}
