namespace DataGrid.Runtime;

/// <summary>Whose turn this thread runs. A thread-static, not an async-local: code that left the turn's scheduler must not see it.</summary>
internal static class RuntimeContext
{
    [ThreadStatic]
    private static Activation? _current;

    public static Activation? Current
    {
        get => _current;
        set => _current = value;
    }

    public static void RequireTurn()
    {
        if (_current is null)
            Throw();

        static void Throw() => throw new InvalidOperationException(
            "Activation access violation. A non-activation thread attempted to access activation services: "
            + "state, grain factory and timers belong to a grain's turn, not to Task.Run or to code after ConfigureAwait(false).");
    }
}
