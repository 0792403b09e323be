using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Tasks;

/// <summary>What a running attempt is doing, to be looked at from a timer.</summary>
internal sealed class AttemptProgress
{
    private readonly Lock _gate = new();
    private DuckDbConnection? _connection;
    private string _phase = "reading";

    /// <summary>Tells what comes now: <c>reading</c>, <c>writing</c>, <c>checking</c>.</summary>
    public void Enter(string phase, DuckDbConnection? connection)
    {
        lock (_gate)
            (_phase, _connection) = (phase, connection);
    }

    /// <summary>How far it is. The connection is not closed while it is asked.</summary>
    public TaskProgress Look()
    {
        lock (_gate)
        {
            var engine = _connection?.Progress;
            return new TaskProgress { Phase = _phase, Percent = engine?.Percent is >= 0 and var percent ? percent : null, Rows = engine?.RowsDone is > 0 and var rows ? rows : null };
        }
    }
}
