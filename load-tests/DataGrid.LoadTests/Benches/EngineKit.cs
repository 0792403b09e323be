using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Sessions;

namespace DataGrid.LoadTests.Benches;

/// <summary>What the engine benchmarks share: the flights as a table, and limits that leave both contenders the same machine.</summary>
internal static class EngineKit
{
    /// <summary>All processors and a good part of the memory.</summary>
    public static TaskLimits Limits { get; } = new EngineOptions().WholeEngine;

    /// <summary>The flights of the example as one Parquet file of a table.</summary>
    public static TaskInput Flights(BenchContext context)
    {
        var data = Path.Combine(context.Repository, "examples/flights/node_modules/vega-datasets/data/flights-3m.parquet");
        var file = Path.Combine(context.Scratch, "flights.parquet");
        using var instance = DuckDbInstance.Open();
        using var connection = instance.Connect();
        var select = $"select date as departed_at, delay::integer as delay, distance::integer as distance, origin, destination from {SqlText.QuoteLiteral(data)}";
        connection.Execute($"copy ({select}) to {SqlText.QuoteLiteral(file)} (format parquet)");
        using var statement = connection.Prepare(select);
        return new TaskInput
        {
            Name = DatasetName.Parse("bench.flights"),
            Form = TaskInputForm.Table,
            Columns = [.. statement.Columns.Select(static column => new ColumnSpec { Name = column.Name, Type = column.Type.Sql })],
            Files = [new TaskFile { Path = file, Bytes = new FileInfo(file).Length, Name = "flights.parquet" }],
        };
    }
}
