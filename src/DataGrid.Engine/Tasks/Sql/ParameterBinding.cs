using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Tasks.Sql;

/// <summary>Values of parameters, cast once to their declared types and bound, never pasted.</summary>
internal sealed class ParameterBinding
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="DataGridException">A value does not fit its type.</exception>
    public ParameterBinding(DuckDbConnection connection, IEnumerable<KeyValuePair<string, string>> values, IEnumerable<ParameterSpec> declared)
    {
        var types = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var parameter in declared)
        {
            types[parameter.Name] = parameter.Type;
            if (parameter.Default is { } text)
                _values[parameter.Name] = Cast(connection, parameter.Name, text, parameter.Type);
        }
        foreach (var (name, text) in values)
            _values[name] = Cast(connection, name, text, types.GetValueOrDefault(name, "VARCHAR"));
    }

    /// <summary>Binds the parameters that a statement has.</summary>
    /// <exception cref="DataGridException">One has no value.</exception>
    public void Bind(DuckDbStatement statement)
    {
        foreach (var name in statement.ParameterNames)
        {
            if (!_values.TryGetValue(name, out var value))
            {
                throw new DataGridException(new Problem
                {
                    Code = ErrorCodes.ParameterInvalid,
                    Message = $"the parameter ${name} has no value",
                    Help = $"give it: --param {name}=…",
                });
            }
            statement.Bind(name, value);
        }
    }

    private static object? Cast(DuckDbConnection connection, string name, string text, string type)
    {
        try
        {
            return connection.ExecuteScalar<object>($"SELECT CAST($v AS {type})", new Dictionary<string, object?> { ["v"] = text });
        }
        catch (DuckDbException e)
        {
            throw new DataGridException(
                new Problem
                {
                    Code = ErrorCodes.ParameterInvalid,
                    Message = $"the parameter ${name} must be of type {type}, and '{text}' is not: {e.Message.Split('\n')[0]}",
                    Help = $"give another value: --param {name}=…",
                },
                e);
        }
    }
}
