using DataGrid.DuckDb;
using DataGrid.Engine.SqlGate;

namespace DataGrid.Engine.Projects;

/// <summary>Asks the engine about values and types, on an instance that reaches nothing. Type texts must be the engine's own (from a bound column).</summary>
internal sealed class TypeOracle : IDisposable
{
    /// <summary>Opened at the first question, since most projects never ask.</summary>
    private readonly Lazy<(DuckDbInstance Instance, DuckDbConnection Connection)> _engine = new(static () =>
    {
        var instance = DuckDbInstance.Open(":memory:", ScratchSettings.Locked);
        return (instance, instance.Connect());
    });

    /// <summary>Those of the texts that are no value of the type.</summary>
    public IReadOnlyList<string> NotOf(string type, IReadOnlyList<string> texts)
    {
        if (type == "VARCHAR") return [];
        var values = string.Join(", ", texts.Select(text => $"TRY_CAST({SqlText.QuoteLiteral(text)} AS {type}) IS NOT NULL"));
        using var result = _engine.Value.Connection.Query($"SELECT [{values}]");
        var good = (IEnumerable<object?>)result.ReadRows().Single()[0]!;
        return [.. texts.Zip(good).Where(static pair => pair.Second is not true).Select(static pair => pair.First)];
    }

    public void Dispose()
    {
        if (!_engine.IsValueCreated) return;
        _engine.Value.Connection.Dispose();
        _engine.Value.Instance.Dispose();
    }
}
