using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Core.Sql;
using DataGrid.Engine.Binding;
using DataGrid.Engine.SqlGate;

namespace DataGrid.Engine.Tests.SqlGate;

/// <summary>Queries of every shape that a model may have, over a few small tables.</summary>
public static class BenignQueries
{
    private static readonly (string Name, string Columns)[] Tables =
    [
        ("raw.t", "a INTEGER|b VARCHAR|c DOUBLE|d DATE|l INTEGER[]|s STRUCT(x INTEGER, y VARCHAR)|j JSON|m MAP(VARCHAR, INTEGER)|ts TIMESTAMP"),
        ("raw.u", "a INTEGER|e VARCHAR|f DATE|g DECIMAL(10,2)"),
        ("raw.v", "k INTEGER|parent INTEGER|w INTEGER|name VARCHAR"),
        ("raw.trades", "symbol VARCHAR|moment TIMESTAMP|price DOUBLE"),
        ("raw.quotes", "symbol VARCHAR|moment TIMESTAMP|bid DOUBLE"),
        ("tpch.region", "r_regionkey INTEGER|r_name VARCHAR"),
        ("tpch.nation", "n_nationkey INTEGER|n_name VARCHAR|n_regionkey INTEGER"),
        ("tpch.supplier", "s_suppkey INTEGER|s_name VARCHAR|s_nationkey INTEGER|s_acctbal DECIMAL(15,2)"),
        ("tpch.part", "p_partkey INTEGER|p_name VARCHAR|p_brand VARCHAR|p_type VARCHAR|p_size INTEGER"),
        ("tpch.partsupp", "ps_partkey INTEGER|ps_suppkey INTEGER|ps_availqty INTEGER|ps_supplycost DECIMAL(15,2)"),
        ("tpch.customer", "c_custkey INTEGER|c_name VARCHAR|c_nationkey INTEGER|c_phone VARCHAR|c_acctbal DECIMAL(15,2)|c_mktsegment VARCHAR"),
        ("tpch.orders", "o_orderkey INTEGER|o_custkey INTEGER|o_orderdate DATE|o_orderpriority VARCHAR|o_comment VARCHAR"),
        ("tpch.lineitem",
            "l_orderkey INTEGER|l_partkey INTEGER|l_suppkey INTEGER|l_quantity DECIMAL(15,2)|l_extendedprice DECIMAL(15,2)|l_discount DECIMAL(15,2)|" +
            "l_returnflag VARCHAR|l_linestatus VARCHAR|l_shipdate DATE|l_commitdate DATE|l_receiptdate DATE|l_shipmode VARCHAR"),
    ];

    /// <summary>Types of the parameters that the queries use.</summary>
    public static IReadOnlyDictionary<string, string> ParameterTypes { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["day"] = "date", ["label"] = "VARCHAR", ["most"] = "INTEGER", ["n"] = "BIGINT",
    };

    public static IReadOnlyList<(DatasetName Name, ImmutableArray<ColumnSpec> Columns)> Schema { get; } =
    [
        .. Tables.Select(static table => (
            DatasetName.Parse(table.Name),
            table.Columns.Split('|').Select(static column => new ColumnSpec { Name = column.Split(' ')[0], Type = column[(column.IndexOf(' ', StringComparison.Ordinal) + 1)..] }).ToImmutableArray())),
    ];

    public static IReadOnlyDictionary<string, string> All { get; } = Load();

    public static TheoryData<string> Names => new(All.Keys);

    /// <summary>A binder that knows the tables.</summary>
    public static ScratchBinder Binder()
    {
        var binder = new ScratchBinder();
        foreach (var (name, columns) in Schema) binder.Declare(name, columns);
        return binder;
    }

    public static SqlBinding Bind(ScratchBinder binder, string sql, SqlPurpose purpose = SqlPurpose.Model) =>
        binder.Bind(new SqlBindRequest { Source = new SqlSource(sql, "models/x.sql"), Purpose = purpose, ParameterTypes = ParameterTypes });

    private static Dictionary<string, string> Load()
    {
        var folder = Path.GetDirectoryName(typeof(BenignQueries).Assembly.Location)!;
        var text = File.ReadAllText(Path.Combine(folder, "SqlGate", "benign.sql"));
        return text.Split("-- @ ").Skip(1).ToDictionary(static part => part[..part.IndexOf('\n', StringComparison.Ordinal)].Trim(), static part => part[(part.IndexOf('\n', StringComparison.Ordinal) + 1)..].Trim());
    }
}

/// <summary>One binder for many tests.</summary>
public sealed class BinderFixture : IDisposable
{
    public ScratchBinder Binder { get; } = BenignQueries.Binder();

    public void Dispose() => Binder.Dispose();
}
