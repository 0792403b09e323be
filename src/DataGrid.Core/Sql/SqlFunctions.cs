using System.Collections.Frozen;

namespace DataGrid.Core.Sql;

/// <summary>What a function of the engine is, as reviewed. A name can be several things: <c>range</c> is a scalar and a table function.</summary>
[Flags]
public enum SqlFunctionKinds
{
    /// <summary>The name is not on the list.</summary>
    None = 0,
    /// <summary>A plain function or operator: the same arguments give the same result.</summary>
    Scalar = 1,
    /// <summary>Computes over a group; may also be used with OVER.</summary>
    Aggregate = 2,
    /// <summary>Only with OVER.</summary>
    Window = 4,
    /// <summary>Stands in FROM.</summary>
    Table = 8,
    /// <summary>Differs from run to run.</summary>
    Volatile = 16,
    /// <summary>Only the engine itself writes it into bound plans.</summary>
    Bound = 32,
    /// <summary>Reviewed and refused.</summary>
    Refused = 64,
}

/// <summary>The frozen list of the engine's functions (<c>functions.txt</c>): what a query may call, and what not.</summary>
public static class SqlFunctions
{
    private const string Resource = "DataGrid.Core.Sql.functions.txt";

    private static readonly (string EngineVersion, FrozenDictionary<string, SqlFunctionKinds> Kinds) List = Load();

    /// <summary>Names that call a function without parentheses when no column has that name.</summary>
    private static readonly FrozenDictionary<string, SqlFunctionKinds> Bare = new Dictionary<string, SqlFunctionKinds>(StringComparer.Ordinal)
    {
        ["current_date"] = SqlFunctionKinds.Volatile,
        ["current_time"] = SqlFunctionKinds.Volatile,
        ["current_timestamp"] = SqlFunctionKinds.Volatile,
        ["localtime"] = SqlFunctionKinds.Volatile,
        ["localtimestamp"] = SqlFunctionKinds.Volatile,
        ["current_catalog"] = SqlFunctionKinds.Refused,
        ["current_database"] = SqlFunctionKinds.Refused,
        ["current_role"] = SqlFunctionKinds.Refused,
        ["current_schema"] = SqlFunctionKinds.Refused,
        ["current_user"] = SqlFunctionKinds.Refused,
        ["session_user"] = SqlFunctionKinds.Refused,
        ["user"] = SqlFunctionKinds.Refused,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The version of the engine that the list was reviewed for.</summary>
    public static string EngineVersion => List.EngineVersion;

    /// <summary>Every listed name, as the engine spells it, with its kinds.</summary>
    public static IReadOnlyDictionary<string, SqlFunctionKinds> All => List.Kinds;

    /// <summary>What a name is; <see cref="SqlFunctionKinds.None"/> when it is not listed.</summary>
    public static SqlFunctionKinds Find(string name) => List.Kinds.GetValueOrDefault(name);

    /// <summary>What a name without parentheses stands for when no column has it; <see cref="SqlFunctionKinds.None"/> for an ordinary name.</summary>
    public static SqlFunctionKinds FindBare(string name) => Bare.GetValueOrDefault(SqlName.Fold(name));

    /// <summary>Whether a name is an aggregate when it is called without OVER.</summary>
    public static bool IsAggregate(string name) => Find(name).HasFlag(SqlFunctionKinds.Aggregate);

    private static (string EngineVersion, FrozenDictionary<string, SqlFunctionKinds> Kinds) Load()
    {
        using var stream = typeof(SqlFunctions).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"the resource {Resource} is missing from the build");
        using var reader = new StreamReader(stream);
        var kinds = new Dictionary<string, SqlFunctionKinds>(SqlName.Comparer);
        var section = SqlFunctionKinds.None;
        var engine = "";
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line.StartsWith("# ", StringComparison.Ordinal)) continue;
            if (line.StartsWith("engine ", StringComparison.Ordinal)) engine = line["engine ".Length..];
            else if (line.StartsWith('[') && line.EndsWith(']')) section = Section(line[1..^1]);
            else
                foreach (var name in line.Split(' '))
                    kinds[name] = kinds.GetValueOrDefault(name) | section;
        }
        return (engine, kinds.ToFrozenDictionary(SqlName.Comparer));
    }

    private static SqlFunctionKinds Section(string name) => name switch
    {
        "scalar" or "macro" => SqlFunctionKinds.Scalar,
        "aggregate" or "aggregate macro" => SqlFunctionKinds.Aggregate,
        "window" => SqlFunctionKinds.Window,
        "table" => SqlFunctionKinds.Table,
        "volatile" => SqlFunctionKinds.Volatile,
        "bound" => SqlFunctionKinds.Bound,
        "refused" => SqlFunctionKinds.Refused,
        _ => throw new InvalidOperationException($"{Resource} has the unknown section '{name}'"),
    };
}
